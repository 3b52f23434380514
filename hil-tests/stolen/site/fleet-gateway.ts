import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deterministicSuite } from "../../../crypto/testing/deterministic-suite.ts";
import { type Composed, compose } from "../../../gateway/compose.ts";
import { DEFAULT_SITE } from "../../../gateway/config.ts";
import { openFleet } from "../../../gateway/fleet/open-fleet.ts";
import type { Log } from "../../../gateway/log.ts";
import { Database } from "../../../gateway/store/database.ts";
import { LockStore } from "../../../gateway/store/lock-store.ts";
import { runUntil } from "../../../gateway/testing/run-until.ts";
import { formatLabel } from "../../../protocol/documents/label.ts";
import type { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { concat } from "../../../protocol/wire/bytes.ts";
import { MemoryTransport } from "../../link/testing/memory-transport.ts";
import { MortalClock } from "../../link/testing/mortal-clock.ts";
import type { SlotKeys } from "./carrier.ts";
import type { Door } from "./door.ts";
import type { FarBackend } from "./far-backend.ts";
import type { IssuedRoster } from "./issuer.ts";
import { overheard, remembering } from "./overheard.ts";
import type { HeardFrame } from "./theft.ts";

const DATABASE = "portvakt.db";
const FIRST_PORT = 7001;
const POLL_MS = 3_600_000;
const BATCH_MAX = 100;
const STEP_MS = 1_000;
const STEPS_MAX = 7_200;
const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };

interface FleetGatewayParts {
  clock: VirtualClock;
  random: SeededRandom;
  doors: readonly Door[];
  issuerPk: Uint8Array;
  backend: FarBackend;
}

/** The real gateway without any key that signs, at work for the doors until somebody takes it away. */
export class FleetGateway {
  readonly #parts: FleetGatewayParts;
  readonly #folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "portvakt-stolen-"));
  readonly #transport: MemoryTransport;
  readonly #mortal: MortalClock;
  #database!: Database;
  #gateway!: Composed;
  gatewayId!: Uint8Array;
  /** Every frame that went over its radio, and every key that its process derived. */
  readonly frames: HeardFrame[] = [];
  readonly memory: Uint8Array[] = [];

  private constructor(parts: FleetGatewayParts) {
    this.#parts = parts;
    this.#transport = new MemoryTransport(parts.clock);
    this.#mortal = new MortalClock(parts.clock);
    for (const door of parts.doors) this.#transport.place(this.#viaOf(door), door.lock);
  }

  static async start(parts: FleetGatewayParts): Promise<FleetGateway> {
    const gateway = new FleetGateway(parts);
    await gateway.#start();
    return gateway;
  }

  /** The button is pressed. */
  async pair(door: Door): Promise<void> {
    const label = formatLabel(deterministicSuite, door.label);
    const { id } = await this.#gateway.services.pairings.start({ label, via: this.#viaOf(door) });
    const isDone = () => this.#gateway.pairings.get(id)?.state === "done";
    await this.#until(isDone, () => JSON.stringify(this.#gateway.pairings.get(id)));
  }

  /** Waits until the gateway knows the lock in this generation: then a roster for it may come down. */
  async untilKnown(door: Door, generation: number): Promise<void> {
    const isKnown = () => this.#gateway.locks.get(door.id)?.generation === generation;
    await this.#until(isKnown, () => this.#sentence(door));
  }

  /** Waits until the lock has a time that it is sure of. */
  async untilClockIsSure(door: Door): Promise<void> {
    await this.#until(
      () => !door.inside.clock.isUncertain(),
      () => this.#sentence(door),
    );
  }

  /** Waits until the lock has said that it has the roster, which is on its way down. */
  async untilThere(door: Door, { epoch, generation }: IssuedRoster): Promise<void> {
    const isThere = () => {
      const row = this.#gateway.locks.get(door.id);
      return row?.generation === generation && row.reported?.epoch === epoch;
    };
    await this.#until(isThere, () => this.#sentence(door));
  }

  async challenge(door: Door): Promise<Uint8Array> {
    const answer = await this.#run(this.#gateway.services.actions.challenge(door.id));
    if (answer.kind !== "known") throw new Error(`${door.id} tells no challenge: ${JSON.stringify(answer)}`);
    return answer.challenge;
  }

  async carry(door: Door, order: Uint8Array, grant?: Uint8Array): Promise<void> {
    const outcome = await this.#run(this.#gateway.services.actions.carry(door.id, order, grant));
    if (outcome.kind !== "done") throw new Error(`a lock did not carry an order out: ${JSON.stringify(outcome)}`);
  }

  /** Waits until all that the lock has logged is delivered, and the lock knows it. */
  async untilDelivered(door: Door): Promise<void> {
    const { generation, store } = door.inside;
    await this.#until(
      () => store.acknowledged(generation) === door.inside.log.position.seq,
      () => this.#sentence(door),
    );
  }

  /** Somebody pulls the plug and takes it away: what lies on its disk then, and the slots that a thief reads there. */
  takeAway(): { disk: Uint8Array; slots: ReadonlyMap<string, SlotKeys> } {
    this.#mortal.kill();
    this.#transport.abandon();
    this.#database.close();
    const files = readdirSync(this.#folder).map((name) => readFileSync(join(this.#folder, name)));
    const slots = readSlots(join(this.#folder, DATABASE));
    rmSync(this.#folder, { recursive: true });
    return { disk: concat(...files), slots };
  }

  async #start(): Promise<void> {
    const { random, doors, issuerPk, backend } = this.#parts;
    const lockAt = (via: string) => doors.find((door) => this.#viaOf(door) === via)!.id;
    this.#database = Database.open(join(this.#folder, DATABASE));
    const config = { issuerKey: issuerPk, revokeShareMaxPercent: 100 };
    const authority = await openFleet({ database: this.#database, random }, config);
    this.gatewayId = authority.gatewayId;
    this.#gateway = compose({
      suite: remembering(deterministicSuite, this.memory),
      clock: this.#mortal,
      random,
      log: QUIET,
      database: this.#database,
      transport: overheard(this.#transport, lockAt, this.frames),
      authority,
      site: DEFAULT_SITE,
      uplink: { to: backend, batchMax: BATCH_MAX },
      pollMs: POLL_MS,
    });
    this.#gateway.gateway.start();
  }

  #viaOf(door: Door): string {
    return `tcp://127.0.0.1:${FIRST_PORT + this.#parts.doors.indexOf(door)}`;
  }

  #sentence(door: Door): string {
    return JSON.stringify(this.#gateway.services.sync.status(door.id));
  }

  #run<T>(promise: Promise<T>): Promise<T> {
    return runUntil(this.#parts.clock, promise);
  }

  async #until(isSo: () => boolean, describe: () => string): Promise<void> {
    for (let step = 0; !isSo(); step++) {
      if (step === STEPS_MAX) throw new Error(`the gateway does not get on: ${describe()}`);
      await this.#parts.clock.advanceAsync(STEP_MS);
    }
  }
}

function readSlots(path: string): ReadonlyMap<string, SlotKeys> {
  const database = Database.open(path);
  const locks = new LockStore(database);
  const slots = locks.list().flatMap(({ lockId }) => locks.slot(lockId) ?? []);
  database.close();
  return new Map(slots.map(({ lockId, slot, pmk, rms, n }) => [lockId, { slot, pmk, rms: rms!.secret, n }]));
}
