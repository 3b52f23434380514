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
import type { NatsUplinkConfig } from "../../../gateway/nats-uplink-config.ts";
import { Database } from "../../../gateway/store/database.ts";
import { FakeAir } from "../../../gateway/testing/fake-air.ts";
import { FakeLock } from "../../../gateway/testing/fake-lock.ts";
import { composeNats } from "../../../gateway/uplink/nats/compose-nats.ts";
import type { NatsUplink } from "../../../gateway/uplink/nats/nats-uplink.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { Backend } from "../../backend/backend.ts";
import { EventStore } from "../../backend/event-store.ts";
import { NatsReceiver, type NatsReceiverOptions } from "../../backend/nats-receiver.ts";
import { freePort } from "../../rig-tools/free-port.ts";
import { NatsServer } from "../nats-server.ts";
import { NatsAdmin, STREAM } from "./nats-admin.ts";

export const SITE = "stair-4";
export const GATEWAY_ID = "6761746577617931";
const TURN_MS = 10;
/** A cluster needs seconds of real time for a new leader. */
const TURNS_MAX = 500_000;
const BATCH_MAX = 20;
const ADD_TRIES_MAX = 20_000;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

export interface NatsWorldOptions {
  locks?: number;
  /** Servers of one cluster; the stream has as many replicas. */
  servers?: number;
  config?: Partial<NatsUplinkConfig>;
  /** Of each server's configuration. */
  lines?: string[];
  /** Of all that a server keeps, like 30KB. */
  storeMax?: string;
  /** Whether there is a backend from the beginning. */
  hasBackend?: boolean;
}

/**
 * Fake locks, the whole gateway, real servers and the reference backend. The gateway's time is virtual and goes on by a little
 * with each answer of the machine, so that the servers, which live in real time, can keep up.
 */
export class NatsWorld {
  readonly clock = new VirtualClock();
  readonly random = new SeededRandom(7);
  readonly folder: string;
  readonly air = new FakeAir(this.clock);
  readonly locks: FakeLock[];
  readonly servers: NatsServer[];
  readonly admin: NatsAdmin;
  readonly backend: Backend;
  readonly store: EventStore;
  readonly #config: Partial<NatsUplinkConfig>;
  receiver: NatsReceiver | undefined;
  gateway!: Composed;
  uplink!: NatsUplink;

  private constructor(servers: NatsServer[], admin: NatsAdmin, folder: string, options: NatsWorldOptions) {
    const { locks = 1, config = {} } = options;
    this.servers = servers;
    this.admin = admin;
    this.folder = folder;
    this.#config = config;
    this.locks = Array.from({ length: locks }, () => new FakeLock(this.random, this.clock));
    for (const [index, lock] of this.locks.entries()) this.air.place(viaOf(index), lock);
    this.store = new EventStore(opensslSuite, join(folder, "events.jsonl"));
    this.backend = new Backend({ store: this.store, random: this.random });
    for (const { lockId, info } of this.locks) this.store.register(lockId, info.sigPk);
  }

  /** All locks are paired when it resolves. */
  static async start(t: TestContext, program: string, options: NatsWorldOptions = {}): Promise<NatsWorld> {
    const folder = mkdtempSync(join(tmpdir(), "portvakt-nats-"));
    const servers = await startServers(program, folder, options);
    const admin = await NatsAdmin.connect(servers.map(({ url }) => url));
    const world = new NatsWorld(servers, admin, folder, options);
    t.after(() => world.#end());
    await world.addStream();
    if (options.hasBackend ?? true) await world.startBackend();
    world.startGateway();
    for (const index of world.locks.keys()) await world.#pair(index);
    return world;
  }

  /** A cluster that has just come up has no leader yet: it is asked until it has. */
  async addStream(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.admin.addStream({ num_replicas: this.servers.length });
      } catch (error) {
        if (tries === ADD_TRIES_MAX) throw error;
        await this.admin.connection.rtt();
      }
    }
  }

  get urls(): string[] {
    return this.servers.map(({ url }) => url);
  }

  async startBackend(options: Partial<NatsReceiverOptions> = {}): Promise<NatsReceiver> {
    const access = { servers: this.urls, site: SITE, stream: STREAM, durable: "backend", ...options };
    this.receiver = await NatsReceiver.start(this.backend, this.clock, access);
    return this.receiver;
  }

  startGateway(): void {
    const { clock, random, folder } = this;
    const database = Database.open(join(folder, "portvakt.db"));
    const issuer = LocalIssuer.load(folder, opensslSuite, random);
    const config: NatsUplinkConfig = {
      kind: "nats",
      urls: this.urls,
      site: SITE,
      keepAliveSeconds: 1,
      commands: false,
      batchMax: BATCH_MAX,
      hasReports: true,
      ...this.#config,
    };
    this.uplink = composeNats(config, { clock, random, log: silent, database, gatewayId: GATEWAY_ID });
    this.gateway = compose({
      suite: opensslSuite,
      clock,
      random,
      log: silent,
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

  /** What `/v1/health` says of the uplink. */
  get sentence(): string {
    return this.gateway.services.uplink.status().sentence;
  }

  /** A little time goes by. */
  async turn(): Promise<void> {
    await stat(this.folder);
    await this.clock.advanceAsync(TURN_MS);
  }

  async until(what: string, isSo: () => boolean): Promise<void> {
    for (let turns = 0; !isSo(); turns++) {
      assert(turns < TURNS_MAX, `${what}: not within ${(TURNS_MAX * TURN_MS) / 1000} s; ${this.sentence}`);
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
    for (const server of this.servers) await server.kill();
    await this.run(this.gateway.gateway.close());
    await this.receiver?.close();
    await this.admin.close();
    this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function startServers(program: string, folder: string, options: NatsWorldOptions): Promise<NatsServer[]> {
  const { servers: count = 1, lines = [], storeMax } = options;
  const each = { lines, ...(storeMax !== undefined && { storeMax }) };
  if (count === 1) return [await NatsServer.start(program, folder, "n1", each)];
  const routePorts = await Promise.all(Array.from({ length: count }, () => freePort()));
  return Promise.all(
    routePorts.map((routePort, index) =>
      NatsServer.start(program, folder, `n${index + 1}`, { ...each, cluster: { routePort, routePorts } }),
    ),
  );
}

function viaOf(index: number): string {
  return `tcp://127.0.0.1:${7001 + index}`;
}
