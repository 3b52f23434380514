import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { type Composed, compose } from "../../../gateway/compose.ts";
import { DEFAULT_SITE } from "../../../gateway/config.ts";
import { openFleet } from "../../../gateway/fleet/open-fleet.ts";
import type { Log } from "../../../gateway/log.ts";
import { Database } from "../../../gateway/store/database.ts";
import type { MqttWorld } from "../../../gateway/uplink/mqtt/compose-mqtt.ts";
import type { Uplink } from "../../../gateway/uplink/uplink.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import { memoryLock } from "../../../lock-sim/memory-lock.ts";
import { formatLabel } from "../../../protocol/documents/label.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { Backend } from "../../backend/backend.ts";
import { BackendIssuer } from "../../backend/backend-issuer.ts";
import { EventStore } from "../../backend/event-store.ts";
import { MemoryTransport } from "../../link/testing/memory-transport.ts";

const VIA = "tcp://127.0.0.1:7001";
const POLL_MS = 5_000;
const BATCH_MAX = 20;
const REVOKE_SHARE_MAX_PERCENT = 50;
const DEFAULT_BUNDLE_BYTES_MAX = 100_000;
/** So little that an order's minute, or a token's two, do not go by while the broker's process waits for its turn. */
const TURN_MS = 3;
const TURNS_MAX = 150_000;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** A way between the fleet's gateway and its backend, made of real connections. */
export interface FleetWay {
  uplink: (world: MqttWorld) => Uplink;
  /** Has the gateway carry an order; resolves with the outcome as it is told there. */
  order: (site: FleetSite, order: Uint8Array) => Promise<unknown>;
  /** People at the backend have decided something. */
  changed: (gatewayId: string) => void;
  close: () => Promise<void>;
}

/**
 * A gateway of a fleet, the real firmware, and a backend that issues, over a real uplink. The time of all of them is virtual and
 * goes on by a little with each answer of the machine, so that brokers, which live in real time, can keep up.
 */
export class FleetSite {
  readonly clock = new VirtualClock();
  readonly random = new SeededRandom(7);
  readonly folder = mkdtempSync(join(tmpdir(), "portvakt-fleet-"));
  readonly transport = new MemoryTransport(this.clock);
  readonly lock: Lock;
  readonly lockId: string;
  readonly label: string;
  readonly events = new EventStore(opensslSuite, join(this.folder, "events.jsonl"));
  issuer!: BackendIssuer;
  backend!: Backend;
  way!: FleetWay;
  gateway!: Composed;
  gatewayId!: string;

  private constructor() {
    const { clock, random } = this;
    const product = { model: "Emulated", hardware: 1, firmware: 1 };
    const { lock, label } = memoryLock({ clock, random, suite: opensslSuite, product });
    this.lock = lock;
    this.lockId = toHex(label.lockId);
    this.label = formatLabel(opensslSuite, label);
    this.transport.place(VIA, lock);
    lock.powerOn();
  }

  /** The gateway is up, and nothing is paired. */
  static async start(
    t: TestContext,
    wayFor: (site: FleetSite) => Promise<FleetWay>,
    bundleBytesMax = DEFAULT_BUNDLE_BYTES_MAX,
  ): Promise<FleetSite> {
    const site = new FleetSite();
    const { clock, random, folder, events } = site;
    const world = { suite: opensslSuite, clock, random, log: silent, site: DEFAULT_SITE };
    const directory = join(folder, "issuer");
    site.issuer = await BackendIssuer.open({ ...world, directory, registered: events, bundleBytesMax });
    site.backend = new Backend({ store: events, random, issuer: site.issuer });
    site.way = await wayFor(site);
    t.after(() => site.#end());
    await site.#startGateway();
    return site;
  }

  /** Button pressed, label typed; and whoever did it tells the backend of the lock. */
  async pair(): Promise<void> {
    this.lock.pressPairingButton();
    const { id } = await this.gateway.services.pairings.start({ label: this.label, via: VIA });
    await this.until("the pairing", () => this.gateway.pairings.get(id)?.state === "done");
    const { sigPk } = this.gateway.locks.get(this.lockId) ?? {};
    assert(sigPk);
    this.events.register(this.lockId, sigPk);
  }

  /** A little time goes by. */
  async turn(): Promise<void> {
    await stat(this.folder);
    await this.clock.advanceAsync(TURN_MS);
  }

  async until(what: string, isSo: () => boolean): Promise<void> {
    for (let turns = 0; !isSo(); turns++) {
      assert(turns < TURNS_MAX, `${what}: not within ${(TURNS_MAX * TURN_MS) / 1000} s; ${this.#sentences()}`);
      await this.turn();
    }
  }

  async run<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    promise.then(settled, settled);
    await this.until("a promise", () => isSettled);
    return promise;
  }

  async #startGateway(): Promise<void> {
    const { clock, random, folder, transport } = this;
    const database = Database.open(join(folder, "portvakt.db"));
    const issuerKey = this.issuer.office.publicKey;
    const authority = await openFleet(
      { database, random },
      { issuerKey, revokeShareMaxPercent: REVOKE_SHARE_MAX_PERCENT },
    );
    this.gatewayId = toHex(authority.gatewayId);
    const { gatewayId } = this;
    const to = this.way.uplink({ clock, random, log: silent, database, gatewayId, version: "1" });
    const world = { suite: opensslSuite, clock, random, log: silent, database, transport, authority };
    this.gateway = compose({ ...world, site: DEFAULT_SITE, uplink: { to, batchMax: BATCH_MAX }, pollMs: POLL_MS });
    this.gateway.gateway.start();
  }

  #sentences(): string {
    const { sync, uplink } = this.gateway.services;
    return `${sync.status(this.lockId)?.sentence} ${uplink.status().sentence}`;
  }

  async #end(): Promise<void> {
    await this.run(this.gateway.gateway.close());
    await this.way.close();
    await this.issuer.close();
    this.events.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
