import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../protocol/clock.ts";
import { EmulatedLock } from "../../rig-tools/emulated-lock.ts";
import { Gateway, type GatewaySettings } from "../../rig-tools/gateway.ts";
import { type CommandResult, portvaktPhone } from "../../rig-tools/portvakt.ts";
import { ProgramGroup } from "../../rig-tools/program-group.ts";
import { type Adapters, takeAdapters } from "./adapters.ts";

/** The daemon, a lock and a phone, each a process of its own, on Bluetooth; gateway and lock can be killed. */
export class World {
  readonly clock: Clock;
  readonly #folder: string;
  readonly #programs: ProgramGroup;
  readonly #adapters: Adapters;
  readonly #settings: GatewaySettings;
  #url = "";
  gateway!: Gateway;
  lock!: EmulatedLock;

  private constructor(clock: Clock, folder: string, programs: ProgramGroup, adapters: Adapters) {
    this.clock = clock;
    this.#folder = folder;
    this.#programs = programs;
    this.#adapters = adapters;
    this.#settings = {
      data: join(folder, "gateway"),
      configFile: join(folder, "portvakt.toml"),
      serialPaths: [],
      pollMs: 1_000,
      surroundings: adapters.gateway.surroundings,
    };
  }

  static async start(clock: Clock): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), "portvakt-ble-"));
    const programs = new ProgramGroup(clock, (name) => join(folder, `${name}.log`));
    const world = new World(clock, folder, programs, await takeAdapters(programs, folder));
    try {
      world.#url = await Gateway.configure(world.#settings);
      await Promise.all([world.startGateway(), world.startLock()]);
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  async startGateway(): Promise<void> {
    this.gateway = await Gateway.start(this.clock, this.#programs, this.#url, this.#settings);
  }

  async startLock(): Promise<void> {
    const data = join(this.#folder, "lock");
    const { name, surroundings } = this.#adapters.lock;
    this.lock = await EmulatedLock.start(this.#programs, "lock", data, ["--ble", "--adapter", name], surroundings);
  }

  /** A file of the phone's owner. */
  file(name: string): string {
    return join(this.#folder, name);
  }

  phone(...args: string[]): Promise<CommandResult> {
    return portvaktPhone(args, this.#adapters.phone.surroundings);
  }

  async stop(): Promise<void> {
    await this.#programs.stop();
    this.#adapters.close();
    rmSync(this.#folder, { recursive: true });
  }
}
