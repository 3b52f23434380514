import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../protocol/clock.ts";
import { AirServer } from "../../rig-tools/air-server.ts";
import { EmulatedLock } from "../../rig-tools/emulated-lock.ts";
import { Gateway, type GatewaySettings } from "../../rig-tools/gateway.ts";
import { type CommandResult, portvaktPhone } from "../../rig-tools/portvakt.ts";
import { ProgramGroup } from "../../rig-tools/program-group.ts";

const GATEWAY_ADDRESS = "c0:ff:ee:00:00:01";
const LOCK_ADDRESS = "d0:0d:00:00:00:01";
const PHONE_ADDRESS = "f0:0e:00:00:00:01";

/** The daemon, a lock, a phone and the air between them, each a process of its own; gateway and lock can be killed. */
export class World {
  readonly clock: Clock;
  readonly #folder: string;
  readonly #programs: ProgramGroup;
  readonly #air: AirServer;
  readonly #settings: GatewaySettings;
  #url = "";
  gateway!: Gateway;
  lock!: EmulatedLock;

  private constructor(clock: Clock, folder: string, programs: ProgramGroup, air: AirServer) {
    this.clock = clock;
    this.#folder = folder;
    this.#programs = programs;
    this.#air = air;
    this.#settings = {
      data: join(folder, "gateway"),
      configFile: join(folder, "portvakt.toml"),
      serialPaths: [],
      pollMs: 1_000,
      surroundings: air.adapter(GATEWAY_ADDRESS),
    };
  }

  static async start(clock: Clock): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), "portvakt-ble-"));
    const programs = new ProgramGroup(clock, (name) => join(folder, `${name}.log`));
    const air = await AirServer.start(programs, [GATEWAY_ADDRESS, LOCK_ADDRESS, PHONE_ADDRESS], folder);
    const world = new World(clock, folder, programs, air);
    world.#url = await Gateway.configure(world.#settings);
    await Promise.all([world.startGateway(), world.startLock()]);
    return world;
  }

  async startGateway(): Promise<void> {
    this.gateway = await Gateway.start(this.clock, this.#programs, this.#url, this.#settings);
  }

  async startLock(): Promise<void> {
    const data = join(this.#folder, "lock");
    this.lock = await EmulatedLock.start(this.#programs, "lock", data, ["--ble"], this.#air.adapter(LOCK_ADDRESS));
  }

  /** A file of the phone's owner. */
  file(name: string): string {
    return join(this.#folder, name);
  }

  phone(...args: string[]): Promise<CommandResult> {
    return portvaktPhone(args, this.#air.adapter(PHONE_ADDRESS));
  }

  async stop(): Promise<void> {
    await this.#programs.stop();
    this.#air.close();
    rmSync(this.#folder, { recursive: true });
  }
}
