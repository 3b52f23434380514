import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import type { Secret } from "../../../crypto/secret.ts";
import type { Suite } from "../../../crypto/suite.ts";
import type { ActOutcome } from "../../../gateway/api/services.ts";
import { type Composed, compose } from "../../../gateway/compose.ts";
import { DEFAULT_SITE } from "../../../gateway/config.ts";
import { openFleet } from "../../../gateway/fleet/open-fleet.ts";
import type { Log } from "../../../gateway/log.ts";
import { IssuerOffice } from "../../../gateway/rights/issuer-office.ts";
import type { OfficeWorld } from "../../../gateway/rights/office-parts.ts";
import { Database } from "../../../gateway/store/database.ts";
import type { PairingRow } from "../../../gateway/store/pairing-store.ts";
import { runUntil } from "../../../gateway/testing/run-until.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import { memoryLock } from "../../../lock-sim/memory-lock.ts";
import { formatLabel } from "../../../protocol/documents/label.ts";
import { Action, signOrder } from "../../../protocol/documents/order.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import { MemoryTransport } from "../../link/testing/memory-transport.ts";
import { MortalClock } from "../../link/testing/mortal-clock.ts";
import { IssuingBackend } from "./issuing-backend.ts";

const POLL_MS = 5_000;
const BATCH_MAX = 100;
const NOTICED_WITHIN_MS = 15_000;
const ORDER_LIVES_SECONDS = 60;
const SHARE_MAX_PERCENT = 50;
const PRODUCT = { model: "Emulated", hardware: 1, firmware: 1 };

export const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };

/** A gateway that holds no key has nothing to sign with: here it could not if it had. */
const UNABLE_TO_SIGN: Suite = {
  ...opensslSuite,
  es256Sign: () => {
    throw new Error("the gateway signs something");
  },
};

export interface FleetOptions {
  seed: number;
  locks?: number;
  log?: Log;
}

export interface FleetLock {
  lock: Lock;
  lockId: string;
  label: string;
  via: string;
}

/** Somebody whose key is on a phone. */
export interface Phone {
  key: Secret;
  /** Hex. */
  publicKey: string;
}

/**
 * A gateway that holds no key which signs, the issuer that it listens to, and locks with the real firmware: in one process and
 * one virtual time. The ways between them are made up; nothing else is.
 */
export class FleetWorld {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly transport: MemoryTransport;
  readonly locks: readonly FleetLock[];
  /** The issuer: people decide here. */
  readonly office: IssuerOffice;
  readonly backend: IssuingBackend;
  /** The gateway's data directory, and the issuer's. */
  readonly folder: string;
  readonly issuerFolder: string;
  gateway!: Composed;
  readonly #log: Log;
  readonly #configuredKey: Uint8Array;
  #process!: { clock: MortalClock; database: Database };

  private constructor(
    parts: Pick<FleetWorld, "clock" | "random" | "transport" | "folder" | "issuerFolder"> & {
      office: IssuerOffice;
    } & FleetOptions,
  ) {
    this.clock = parts.clock;
    this.random = parts.random;
    this.transport = parts.transport;
    this.folder = parts.folder;
    this.issuerFolder = parts.issuerFolder;
    this.office = parts.office;
    this.#configuredKey = parts.office.publicKey;
    this.backend = new IssuingBackend(parts.office);
    this.#log = parts.log ?? QUIET;
    this.locks = Array.from({ length: parts.locks ?? 1 }, (_, index) => this.#hang(index));
  }

  static async start(t: Pick<TestContext, "after">, options: FleetOptions): Promise<FleetWorld> {
    const clock = new VirtualClock();
    const random = new SeededRandom(options.seed);
    const folder = mkdtempSync(join(tmpdir(), "portvakt-fleet-"));
    const issuerFolder = mkdtempSync(join(tmpdir(), "portvakt-issuer-"));
    const site = DEFAULT_SITE;
    const world: OfficeWorld = { suite: opensslSuite, clock, random, log: QUIET, directory: issuerFolder, site };
    const office = await runUntil(clock, IssuerOffice.open(world));
    const fleet = new FleetWorld({
      ...options,
      clock,
      random,
      folder,
      issuerFolder,
      office,
      transport: new MemoryTransport(clock),
    });
    await fleet.#startGateway();
    t.after(async () => {
      await fleet.run(fleet.gateway.gateway.close());
      await fleet.run(office.close());
      for (const path of [folder, issuerFolder]) rmSync(path, { recursive: true, force: true });
    });
    return fleet;
  }

  /** Of the gateway process that runs now. */
  get database(): Database {
    return this.#process.database;
  }

  /** The first lock: tests with one lock have no need to choose. */
  get door(): FleetLock {
    return this.locks[0]!;
  }

  /** Lets virtual time run until the promise settles. */
  run<T>(promise: Promise<T>): Promise<T> {
    return runUntil(this.clock, promise);
  }

  /** Presses the button and pairs; returns how it ended. */
  async pair({ lock, label, via }: FleetLock = this.door): Promise<PairingRow> {
    lock.pressPairingButton();
    const { id } = await this.gateway.services.pairings.start({ label, via });
    for (;;) {
      const row = this.gateway.pairings.get(id);
      if (row && row.state !== "running") return row;
      await this.clock.advanceAsync(200);
    }
  }

  /** Time for the gateway, the backend and the lock to hear of each other, and to come into step. */
  async untilInStep({ lockId }: FleetLock = this.door, limitMs = 600_000): Promise<void> {
    const untilMs = this.clock.monotonicMs() + limitMs;
    await this.clock.advanceAsync(NOTICED_WITHIN_MS);
    while (!this.isInStep(lockId)) {
      if (this.clock.monotonicMs() >= untilMs) throw new Error(`not in step: ${this.sentence(lockId)}`);
      await this.clock.advanceAsync(1_000);
    }
  }

  /** The gateway has all that the issuer has for it, and the lock what the gateway has for that. */
  isInStep(lockId: string): boolean {
    const report = this.backend.reports.get(lockId);
    if (!report || report.wanted.epoch === 0 || this.office.bundlesFor(report.gatewayId).length > 0) return false;
    return this.gateway.locks.get(lockId)?.reported?.epoch === this.gateway.rosters.wantedEpoch(lockId);
  }

  sentence(lockId: string = this.door.lockId): string | undefined {
    return this.gateway.services.sync.status(lockId)?.sentence;
  }

  newPhone(): Phone {
    const key = opensslSuite.p256PrivateKey((length) => this.random.bytes(length));
    return { key, publicKey: toHex(opensslSuite.p256PublicKey(key)) };
  }

  /** A grant for a phone at these locks; returns its id. It is on its way when this resolves, not there. */
  async grant(phone: Phone, locks: readonly FleetLock[] = this.locks): Promise<string> {
    const { row } = await this.run(
      this.office.rights.grants.add({
        locks: locks.map(({ lockId }) => lockId),
        until: "2040-01-01T00:00:00Z",
        with: [{ kind: "key", publicKey: phone.publicKey }],
        rights: ["unlock"],
      }),
    );
    return row.id;
  }

  revoke(grantId: string): Promise<boolean> {
    return this.run(this.office.rights.grants.revoke(grantId));
  }

  /** The phone's order to unlock, over the challenge that the lock names now, carried by the gateway. */
  async unlockBy(phone: Phone, grantId: string, { lockId }: FleetLock = this.door): Promise<ActOutcome> {
    const { actions } = this.gateway.services;
    const asked = await this.run(actions.challenge(lockId));
    if (asked.kind === "unreachable") return asked;
    return this.run(actions.carry(lockId, this.order(phone, grantId, lockId, asked.challenge)));
  }

  order({ key }: Phone, grantId: string, lockId: string, challenge: Uint8Array): Uint8Array {
    return signOrder(opensslSuite, key, {
      lockId: fromHex(lockId),
      challenge,
      action: Action.unlock,
      grantId: fromHex(grantId),
      notAfter: Math.floor(this.clock.wallMs() / 1000) + ORDER_LIVES_SECONDS,
    });
  }

  async restartGateway(): Promise<void> {
    await this.run(this.gateway.gateway.close());
    await this.#startGateway();
  }

  /** Starts the gateway anew with its database as it was at `backUp`. */
  async restoreBackup(): Promise<void> {
    await this.run(this.gateway.gateway.close());
    copyFileSync(join(this.folder, "backup.db"), join(this.folder, "portvakt.db"));
    await this.#startGateway();
  }

  async backUp(): Promise<void> {
    await this.run(this.gateway.gateway.close());
    copyFileSync(join(this.folder, "portvakt.db"), join(this.folder, "backup.db"));
    await this.#startGateway();
  }

  /** As kill -9 and a start: nothing that was under way goes on, and what was not durable is gone. */
  async killGateway(): Promise<void> {
    this.#process.clock.kill();
    this.transport.abandon();
    this.#process.database.close();
    await this.#startGateway();
  }

  #hang(index: number): FleetLock {
    const { clock, random } = this;
    const { lock, label } = memoryLock({ clock, random, suite: opensslSuite, product: PRODUCT });
    const via = `tcp://127.0.0.1:${7001 + index}`;
    this.transport.place(via, lock);
    lock.powerOn();
    return { lock, via, lockId: toHex(label.lockId), label: formatLabel(opensslSuite, label) };
  }

  async #startGateway(): Promise<void> {
    const { random } = this;
    const clock = new MortalClock(this.clock);
    const database = Database.open(join(this.folder, "portvakt.db"));
    const config = { issuerKey: this.#configuredKey, revokeShareMaxPercent: SHARE_MAX_PERCENT };
    const authority = await openFleet({ database, random }, config);
    this.#process = { clock, database };
    this.gateway = compose({
      suite: UNABLE_TO_SIGN,
      clock,
      random,
      log: this.#log,
      database,
      transport: this.transport,
      authority,
      site: DEFAULT_SITE,
      uplink: { to: this.backend, batchMax: BATCH_MAX },
      pollMs: POLL_MS,
    });
    this.gateway.gateway.start();
  }
}
