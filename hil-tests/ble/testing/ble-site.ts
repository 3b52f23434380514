import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { type Composed, compose } from "../../../gateway/compose.ts";
import { type BleLibrary, DEFAULT_SITE } from "../../../gateway/config.ts";
import { LocalIssuer } from "../../../gateway/issuer/local-issuer.ts";
import type { Log } from "../../../gateway/log.ts";
import { Database } from "../../../gateway/store/database.ts";
import type { Noble } from "../../../gateway/transport/ble/noble.ts";
import { BleTransport, nobleLoader } from "../../../gateway/transport/ble.ts";
import { Transports } from "../../../gateway/transport/transports.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { fastModel, type RadioModel } from "../../radio/air/model.ts";
import type { Place } from "../../radio/air/place.ts";
import { Air } from "../../radio/air.ts";
import type { Controller } from "../../radio/controller.ts";
import { runLibraryTimers } from "../../radio/testing/library-timers.ts";
import { settled } from "../../radio/testing/settled.ts";
import { AirLock, type Between } from "./air-lock.ts";
import { type Meddle, plugIn } from "./virtual-adapters.ts";

export const BLE_LIBRARIES: readonly BleLibrary[] = ["@abandonware/noble", "@stoprocent/noble"];

const POLL_MS = 5_000;
const PATIENCE_MS = 600_000;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

export interface SiteOptions {
  readonly library: BleLibrary;
  readonly model?: Partial<RadioModel>;
  readonly adapters?: number;
  readonly seed?: number;
  readonly log?: Log;
}

/** A gateway, unmodified noble, air, unmodified blenos and locks, in one process and one virtual time. */
export class BleSite {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly air: Air;
  readonly adapters: Controller[];
  readonly transport: BleTransport;
  readonly gateway: Composed;
  /** Nothing is meddled with until a test does. */
  meddle: Meddle = (h4) => [h4];
  readonly #locks: AirLock[] = [];

  constructor(t: Pick<TestContext, "after">, { library, model, adapters = 1, seed = 1, log = silent }: SiteOptions) {
    const { clock } = this;
    runLibraryTimers(clock);
    this.random = new SeededRandom(seed);
    this.air = new Air({ clock, random: new SeededRandom(seed + 1), model: { ...fastModel, ...model } });
    const numbers = Array.from({ length: adapters }, (_, number) => number);
    this.adapters = numbers.map((number) => this.air.controller({ address: `c0:ff:ee:00:00:0${number}` }));
    plugIn(this.adapters, (h4, direction) => this.meddle(h4, direction));
    const names = numbers.map((number) => `hci${number}`);
    this.transport = new BleTransport(clock, log, names, nobleLoader(library));
    const folder = mkdtempSync(join(tmpdir(), "portvakt-ble-"));
    const issuer = LocalIssuer.load(folder, opensslSuite, this.random);
    this.gateway = compose({
      suite: opensslSuite,
      clock,
      random: this.random,
      log,
      database: Database.open(join(folder, "portvakt.db")),
      transport: new Transports({ ble: this.transport }),
      radio: this.transport,
      authority: { kind: "local", issuer, operator: issuer.operator },
      site: DEFAULT_SITE,
      pollMs: POLL_MS,
    });
    this.gateway.gateway.start();
    t.after(async () => {
      await this.run(this.gateway.gateway.close());
      await Promise.all(this.#locks.map((lock) => lock.close()));
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** Lets virtual time run until the promise settles. */
  run<T>(promise: Promise<T>, limitMs = PATIENCE_MS): Promise<T> {
    return settled(this.clock, promise, limitMs);
  }

  /** One more lock, advertising. */
  async addLock({ place, between }: { place?: Place; between?: Between } = {}): Promise<AirLock> {
    const number = (this.#locks.length + 1).toString(16).padStart(2, "0");
    const controller = this.air.controller({ address: `d0:0d:00:00:00:${number}`, ...(place && { place }) });
    const lock = new AirLock(this.clock, this.random, controller, between);
    this.#locks.push(lock);
    await this.run(lock.start());
    return lock;
  }

  /** Somebody else's noble, on an adapter of its own. */
  stranger(library: BleLibrary): Noble {
    const number = this.adapters.length;
    this.adapters.push(this.air.controller({ address: `c0:ff:ee:00:00:0${number}` }));
    return nobleLoader(library)(`hci${number}`);
  }

  /** Presses the button and pairs; how it ended. */
  async pair(lock: AirLock) {
    lock.lock.pressPairingButton();
    const { id } = await this.gateway.services.pairings.start({ label: lock.label, via: "ble" });
    return this.pairingEnd(id);
  }

  async pairingEnd(id: string) {
    for (;;) {
      const row = this.gateway.pairings.get(id);
      if (row && row.state !== "running") return row;
      await this.clock.advanceAsync(20);
    }
  }

  async addPairedLock(options: Parameters<BleSite["addLock"]>[0] = {}): Promise<AirLock> {
    const lock = await this.addLock(options);
    const { state, error } = await this.pair(lock);
    if (state !== "done") throw new Error(error);
    return lock;
  }

  unlock({ lockId }: AirLock) {
    return this.run(this.gateway.services.actions.act(lockId, "unlock"));
  }

  sentence({ lockId }: AirLock): string | undefined {
    return this.gateway.services.sync.status(lockId)?.sentence;
  }
}
