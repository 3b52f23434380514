import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { type Composed, compose } from "../../../gateway/compose.ts";
import { DEFAULT_SITE } from "../../../gateway/config.ts";
import { LocalIssuer } from "../../../gateway/issuer/local-issuer.ts";
import type { Log } from "../../../gateway/log.ts";
import type { MqttUplinkConfig } from "../../../gateway/mqtt-uplink-config.ts";
import { Database } from "../../../gateway/store/database.ts";
import { LockStore } from "../../../gateway/store/lock-store.ts";
import { FakeAir } from "../../../gateway/testing/fake-air.ts";
import { FakeLock } from "../../../gateway/testing/fake-lock.ts";
import { composeMqtt } from "../../../gateway/uplink/mqtt/compose-mqtt.ts";
import type { MqttUplink } from "../../../gateway/uplink/mqtt/mqtt-uplink.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { Backend } from "../../backend/backend.ts";
import { EventStore } from "../../backend/event-store.ts";
import { MqttReceiver } from "../../backend/mqtt-receiver.ts";
import { Mosquitto } from "../mosquitto.ts";

export const SITE = "stair-4";
export const GATEWAY_ID = "6761746577617931";
const TURN_MS = 10;
const TURNS_MAX = 100_000;
const LOOKS_MAX = 1_000_000;
const BATCH_MAX = 20;

export interface MqttWorldOptions {
  locks?: number;
  config?: Partial<MqttUplinkConfig>;
  /** Of mosquitto.conf. */
  brokerLines?: string[];
  /** Whether there is a backend from the beginning. */
  hasBackend?: boolean;
}

/**
 * Fake locks, the whole gateway, a real broker and the reference backend. The gateway's time is virtual and goes on by a little
 * with each answer of the machine, so that the broker, which lives in real time, can keep up.
 */
export class MqttWorld {
  readonly clock = new VirtualClock();
  readonly random = new SeededRandom(7);
  readonly folder: string;
  readonly air = new FakeAir(this.clock);
  readonly locks: FakeLock[];
  readonly broker: Mosquitto;
  readonly backend: Backend;
  readonly store: EventStore;
  /** What the gateway has warned of. */
  readonly warnings: string[] = [];
  readonly #log: Log = {
    debug() {},
    info() {},
    warn: (_fields, sentence) => this.warnings.push(sentence),
    error() {},
    child: () => this.#log,
  };
  receiver: MqttReceiver | undefined;
  readonly #config: Partial<MqttUplinkConfig>;
  gateway!: Composed;
  uplink!: MqttUplink;

  private constructor(broker: Mosquitto, folder: string, { locks = 1, config = {} }: MqttWorldOptions) {
    this.broker = broker;
    this.folder = folder;
    this.#config = config;
    this.locks = Array.from({ length: locks }, () => new FakeLock(this.random, this.clock));
    for (const [index, lock] of this.locks.entries()) this.air.place(viaOf(index), lock);
    this.store = new EventStore(opensslSuite, join(folder, "events.jsonl"));
    this.backend = new Backend({ store: this.store, random: this.random });
    for (const { lockId, info } of this.locks) this.store.register(lockId, info.sigPk);
  }

  /** All locks are paired and the gateway is connected when it resolves. */
  static async start(t: TestContext, program: string, options: MqttWorldOptions = {}): Promise<MqttWorld> {
    const folder = mkdtempSync(join(tmpdir(), "portvakt-mqtt-"));
    const world = new MqttWorld(await Mosquitto.start(program, folder, options.brokerLines), folder, options);
    t.after(() => world.#end());
    if (options.hasBackend ?? true) await world.startBackend();
    world.startGateway();
    for (const index of world.locks.keys()) await world.#pair(index);
    return world;
  }

  async startBackend(): Promise<void> {
    this.receiver = new MqttReceiver(this.backend, { url: this.broker.url, site: SITE });
    await this.receiver.listening();
  }

  /** `without`: a lock that it forgets before it looks at the broker. */
  startGateway({ without }: { without?: string } = {}): void {
    const { clock, random, folder } = this;
    const database = Database.open(join(folder, "portvakt.db"));
    if (without !== undefined) void new LockStore(database).remove(without);
    const issuer = LocalIssuer.load(folder, opensslSuite, random);
    const config: MqttUplinkConfig = {
      kind: "mqtt",
      url: this.broker.url,
      site: SITE,
      keepAliveSeconds: 30,
      commands: false,
      batchMax: BATCH_MAX,
      hasReports: true,
      ...this.#config,
    };
    const world = { clock, random, log: this.#log, database, gatewayId: GATEWAY_ID, version: "1" };
    this.uplink = composeMqtt(config, world);
    this.gateway = compose({
      suite: opensslSuite,
      clock,
      random,
      log: this.#log,
      database,
      transport: this.air,
      authority: { kind: "local", issuer, operator: issuer.operator },
      site: DEFAULT_SITE,
      uplink: { to: this.uplink, batchMax: BATCH_MAX },
      pollMs: 1_000,
    });
    this.gateway.gateway.start();
  }

  async stopGateway(): Promise<void> {
    await this.run(this.gateway.gateway.close());
  }

  /** A little time goes by. */
  async turn(): Promise<void> {
    await stat(this.folder);
    await this.clock.advanceAsync(TURN_MS);
  }

  async until(what: string, isSo: () => boolean): Promise<void> {
    for (let turns = 0; !isSo(); turns++) {
      assert(turns < TURNS_MAX, `${what}: not within ${(TURNS_MAX * TURN_MS) / 1000} s`);
      await this.turn();
    }
  }

  /** For what the library does by the machine's own time: the gateway's stands still meanwhile. */
  async untilWithoutTime(what: string, isSo: () => boolean): Promise<void> {
    for (let looks = 0; !isSo(); looks++) {
      assert(looks < LOOKS_MAX, what);
      await stat(this.folder);
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

  /** The backend has every record of every lock, in order and verified, up to its signed head. */
  async untilAllArrived(): Promise<void> {
    await this.until("all events", () =>
      this.locks.every(({ lockId, seq }) => this.store.lock(lockId)?.durableThrough(0) === seq),
    );
    for (const { lockId, seq } of this.locks) {
      const [generation] = this.store.history(lockId) ?? [];
      assert.deepEqual(
        generation?.records.map((record) => record.seq),
        Array.from({ length: seq }, (_, index) => index + 1),
      );
      assert.deepEqual(generation?.gaps, []);
    }
  }

  async #pair(index: number): Promise<void> {
    const lock = this.locks[index]!;
    lock.isPairing = true;
    const via = viaOf(index);
    const { id } = await this.gateway.services.pairings.start({ label: lock.labelText, via });
    await this.until("the pairing", () => this.gateway.pairings.get(id)?.state === "done");
  }

  async #end(): Promise<void> {
    await this.run(this.gateway.gateway.close());
    await this.receiver?.close();
    this.store.close();
    await this.broker.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function viaOf(index: number): string {
  return `tcp://127.0.0.1:${7001 + index}`;
}
