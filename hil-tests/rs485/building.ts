import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../protocol/clock.ts";
import type { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { EmulatedLock } from "../rig-tools/emulated-lock.ts";
import { Gateway, type LockView } from "../rig-tools/gateway.ts";
import { ProgramGroup } from "../rig-tools/program-group.ts";
import { PtyBus } from "./pty-bus.ts";

/** What the configuration of a rig's gateway says of its ports. */
const BAUD = 115_200;
const POLL_MS = 500;

/** A gateway and its locks as processes of their own, all on one RS-485 bus. Locks have the addresses from 1 on. */
export class Building {
  readonly #clock: Clock;
  readonly #folder: string;
  readonly #programs: ProgramGroup;
  readonly #bus: PtyBus;
  readonly #locks = new Map<number, EmulatedLock>();
  #gateway!: Gateway;

  private constructor(clock: Clock, random: SeededRandom, locks: number) {
    this.#clock = clock;
    this.#folder = mkdtempSync(join(tmpdir(), "portvakt-rs485-"));
    this.#programs = new ProgramGroup(clock, (name) => join(this.#folder, `${name}.log`));
    this.#bus = PtyBus.open(clock, random, { baud: BAUD, ports: locks + 1 });
  }

  static async start(clock: Clock, random: SeededRandom, { locks }: { locks: number }): Promise<Building> {
    const building = new Building(clock, random, locks);
    const addresses = Array.from({ length: locks }, (_, at) => at + 1);
    await Promise.all(addresses.map((address) => building.startLock(address)));
    await building.#startGateway();
    return building;
  }

  get addresses(): number[] {
    return [...this.#locks.keys()].sort();
  }

  lock(address: number): EmulatedLock {
    const lock = this.#locks.get(address);
    if (!lock) throw new Error(`no lock was started at ${address}`);
    return lock;
  }

  /** A lock's first start, or its return after `kill`. */
  async startLock(address: number): Promise<void> {
    const carrier = ["--serial", this.#bus.paths[address]!, "--address", `${address}`, "--baud", `${BAUD}`];
    const name = `lock-${address}`;
    this.#locks.set(address, await EmulatedLock.start(this.#programs, name, join(this.#folder, name), carrier));
  }

  async pair(address: number): Promise<void> {
    const lock = this.lock(address);
    await lock.rig.post("/v1/pairing-button");
    const begun = await this.#gateway.startPairing(lock.label, `serial:${this.#bus.paths[0]}?address=${address}`);
    const { state, error } = await this.#gateway.endOfPairing(begun.id);
    if (state !== "done") throw new Error(`pairing the lock at ${address}: ${error}`);
  }

  /** Has the lock unlocked; returns how many milliseconds that took. Rejects with ApiError if it did not unlock. */
  async unlock(address: number): Promise<number> {
    const startMs = this.#clock.monotonicMs();
    await this.#gateway.api.post(`/v1/locks/${this.lock(address).lockId}/actions`, { action: "unlock" });
    return this.#clock.monotonicMs() - startMs;
  }

  /** What the gateway says of the lock's sync. */
  async sync(address: number): Promise<LockView["sync"] | undefined> {
    return (await this.#gateway.lock(this.lock(address).lockId))?.sync;
  }

  async close(): Promise<void> {
    await this.#programs.stop();
    this.#bus.close();
    rmSync(this.#folder, { recursive: true });
  }

  async #startGateway(): Promise<void> {
    const settings = {
      data: join(this.#folder, "gateway"),
      configFile: join(this.#folder, "portvakt.toml"),
      serialPaths: this.#bus.paths.slice(0, 1),
      pollMs: POLL_MS,
    };
    const url = await Gateway.configure(settings);
    this.#gateway = await Gateway.start(this.#clock, this.#programs, url, settings);
  }
}
