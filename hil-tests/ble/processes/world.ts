import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../../protocol/clock.ts";
import { EmulatedLock } from "../../rig-tools/emulated-lock.ts";
import { Gateway, type GatewaySettings } from "../../rig-tools/gateway.ts";
import type { Surroundings } from "../../rig-tools/program.ts";
import { ProgramGroup } from "../../rig-tools/program-group.ts";

const AIR = fileURLToPath(new URL("../../radio/main.js", import.meta.url));
const PRELOAD = new URL("../../radio/loader/preload.js", import.meta.url).href;
const GATEWAY_ADDRESS = "c0:ff:ee:00:00:01";
const LOCK_ADDRESS = "d0:0d:00:00:00:01";

/** The daemon, a lock and the air between them, each a process of its own; gateway and lock can be killed. */
export class World {
  readonly clock: Clock;
  readonly #folder: string;
  readonly #programs: ProgramGroup;
  readonly #settings: GatewaySettings;
  #url = "";
  gateway!: Gateway;
  lock!: EmulatedLock;

  private constructor(clock: Clock, folder: string) {
    this.clock = clock;
    this.#folder = folder;
    this.#programs = new ProgramGroup(clock, (name) => join(folder, `${name}.log`));
    this.#settings = {
      data: join(folder, "gateway"),
      configFile: join(folder, "portvakt.toml"),
      serialPaths: [],
      pollMs: 1_000,
      surroundings: this.#onAir(GATEWAY_ADDRESS),
    };
  }

  static async start(clock: Clock): Promise<World> {
    const world = new World(clock, mkdtempSync(join(tmpdir(), "portvakt-ble-")));
    const args = ["--model", "fast", "--sockets", world.#folder, GATEWAY_ADDRESS, LOCK_ADDRESS];
    await world.#programs.run("air", AIR, args).firstLine();
    world.#url = await Gateway.configure(world.#settings);
    await Promise.all([world.startGateway(), world.startLock()]);
    return world;
  }

  async startGateway(): Promise<void> {
    this.gateway = await Gateway.start(this.clock, this.#programs, this.#url, this.#settings);
  }

  async startLock(): Promise<void> {
    const data = join(this.#folder, "lock");
    this.lock = await EmulatedLock.start(this.#programs, "lock", data, ["--ble"], this.#onAir(LOCK_ADDRESS));
  }

  async stop(): Promise<void> {
    await this.#programs.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** Its adapter hci0 is the controller with this address. */
  #onAir(address: string): Surroundings {
    return { preload: PRELOAD, environment: { VIRTUAL_HCI: join(this.#folder, address) } };
  }
}
