import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { nobleSuite } from "../../../crypto/noble.ts";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { type Composed, compose } from "../../../gateway/compose.ts";
import { DEFAULT_SITE, type StoreConfig } from "../../../gateway/config.ts";
import { LocalIssuer } from "../../../gateway/issuer/local-issuer.ts";
import type { Log } from "../../../gateway/log.ts";
import { Database } from "../../../gateway/store/database.ts";
import { KeyChangeStore } from "../../../gateway/store/key-change-store.ts";
import type { PairingRow } from "../../../gateway/store/pairing-store.ts";
import { runUntil } from "../../../gateway/testing/run-until.ts";
import type { Transport } from "../../../gateway/transport/channel.ts";
import type { Uplink } from "../../../gateway/uplink/uplink.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import { memoryLock } from "../../../lock-sim/memory-lock.ts";
import type { Clock } from "../../../protocol/clock.ts";
import { formatLabel } from "../../../protocol/documents/label.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { MemoryTransport } from "./memory-transport.ts";
import { MortalClock } from "./mortal-clock.ts";

export const VIA = "tcp://127.0.0.1:7001";
const POLL_MS = 5_000;
const BATCH_MAX = 100;
const NOTICED_WITHIN_MS = 15_000;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** A way from gateway to lock other than frame by frame in memory. */
export interface JointCarrier {
  via: string;
  transportTo: (lock: Lock, clock: Clock) => Transport;
}

export interface JointOptions {
  seed: number;
  /** The firmware's; the fast one where a test makes hundreds of sessions. */
  suite?: typeof nobleSuite;
  carrier?: JointCarrier;
  uplink?: Uplink;
  /** How the gateway's store is limited; as always without. */
  store?: StoreConfig;
  /** The gateway's data directory, which is kept. Without it there is one that goes with the test. */
  folder?: string;
}

/** The real gateway and the real firmware in one process and one virtual time; only the carrier is made up. */
export class Joint {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly transport = new MemoryTransport(this.clock);
  readonly lock: Lock;
  readonly lockId: string;
  readonly label: string;
  readonly #via: string;
  readonly #carrier: Transport;
  readonly #uplink: Uplink | undefined;
  readonly #store: StoreConfig | undefined;
  gateway: Composed;
  readonly #folder: string;
  /** The gateway process's own, as are the files that it has open. */
  #process!: { clock: MortalClock; database: Database };

  constructor(t: Pick<TestContext, "after">, options: JointOptions) {
    this.random = new SeededRandom(options.seed);
    const { lock, label } = memoryLock({
      clock: this.clock,
      random: this.random,
      suite: options.suite ?? nobleSuite,
      product: { model: "Emulated", hardware: 1, firmware: 1 },
    });
    this.lock = lock;
    this.lockId = toHex(label.lockId);
    this.label = formatLabel(opensslSuite, label);
    this.transport.place(VIA, lock);
    this.#via = options.carrier?.via ?? VIA;
    this.#carrier = options.carrier?.transportTo(lock, this.clock) ?? this.transport;
    this.#uplink = options.uplink;
    this.#store = options.store;
    this.#folder = options.folder ?? mkdtempSync(join(tmpdir(), "portvakt-joint-"));
    lock.powerOn();
    this.gateway = this.#compose();
    this.gateway.gateway.start();
    t.after(async () => {
      await this.run(this.gateway.gateway.close());
      if (options.folder === undefined) rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** Lets virtual time run until the promise settles. */
  run<T>(promise: Promise<T>): Promise<T> {
    return runUntil(this.clock, promise);
  }

  async restartGateway(): Promise<void> {
    await this.withGatewayStopped(() => {});
  }

  /** As kill -9 and a start: nothing that was under way goes on, and what was not durable is gone. */
  killGateway(): void {
    this.#process.clock.kill();
    this.transport.abandon();
    this.#process.database.close();
    this.gateway = this.#compose();
    this.gateway.gateway.start();
  }

  /** Stops the gateway, keeps a copy of its database, and starts it again. */
  async backUp(): Promise<void> {
    await this.withGatewayStopped(() => copyFileSync(this.#databasePath, this.#backupPath));
  }

  /** Puts the copy in the database's place, as if nothing had happened since. */
  async restoreBackup(): Promise<void> {
    await this.withGatewayStopped(() => copyFileSync(this.#backupPath, this.#databasePath));
  }

  /** Stops the gateway, lets `work` do what it likes in the data directory, and starts it again. */
  async withGatewayStopped(work: (folder: string) => void | Promise<void>): Promise<void> {
    await this.run(this.gateway.gateway.close());
    await work(this.#folder);
    this.gateway = this.#compose();
    this.gateway.gateway.start();
  }

  get #databasePath(): string {
    return join(this.#folder, "portvakt.db");
  }

  get #backupPath(): string {
    return join(this.#folder, "backup.db");
  }

  /** Presses the button and pairs; returns how it ended. */
  async pair(): Promise<PairingRow> {
    this.lock.pressPairingButton();
    const { id } = await this.gateway.services.pairings.start({ label: this.label, via: this.#via });
    return this.pairingEnd(id);
  }

  async pairingEnd(id: string): Promise<PairingRow> {
    for (;;) {
      const row = this.gateway.pairings.get(id);
      if (row && row.state !== "running") return row;
      await this.clock.advanceAsync(200);
    }
  }

  unlock() {
    return this.run(this.gateway.services.actions.act(this.lockId, "unlock"));
  }

  sentence(): string | undefined {
    return this.gateway.services.sync.status(this.lockId)?.sentence;
  }

  /** Time for the gateway to notice, and to come into step. */
  async untilInStep(limitMs = 600_000): Promise<void> {
    const untilMs = this.clock.monotonicMs() + limitMs;
    // What it says now may be of a round before the last event.
    await this.clock.advanceAsync(NOTICED_WITHIN_MS);
    do {
      await this.clock.advanceAsync(1_000);
    } while (this.sentence() !== "In step." && this.clock.monotonicMs() < untilMs);
  }

  #compose(): Composed {
    const { random } = this;
    const clock = new MortalClock(this.clock);
    const database = Database.open(this.#databasePath);
    const issuer = LocalIssuer.load(this.#folder, opensslSuite, random, new KeyChangeStore(database));
    this.#process = { clock, database };
    return compose({
      suite: opensslSuite,
      clock,
      random,
      log: silent,
      database,
      transport: this.#carrier,
      authority: { kind: "local", issuer, operator: issuer.operator, keys: issuer.keys },
      site: DEFAULT_SITE,
      ...(this.#uplink && { uplink: { to: this.#uplink, batchMax: BATCH_MAX } }),
      ...(this.#store && { store: { limits: this.#store } }),
      pollMs: POLL_MS,
    });
  }
}
