import type { Clock } from "../../protocol/clock.ts";
import { NullModem } from "../null-modem.ts";
import { EmulatedLock } from "../rig-tools/emulated-lock.ts";
import { Gateway } from "../rig-tools/gateway.ts";
import { JsonApi } from "../rig-tools/json-api.ts";
import { PROGRAMS, type Program } from "../rig-tools/program.ts";
import { ProgramGroup } from "../rig-tools/program-group.ts";
import type { StairwellFolder } from "./folder.ts";

const DOOR_NAMES = ["front-door", "cellar", "laundry", "bicycles"] as const;

/** A lock at its door, and the serial line by which the gateway reaches it. */
export interface Door {
  name: string;
  lock: EmulatedLock;
  linePath: string;
}

export interface Backend {
  program: Program;
  url: string;
  api: JsonApi;
}

/** Four emulated locks on serial lines, a gateway and an event receiver, each a process of its own. */
export class Stairwell {
  readonly #clock: Clock;
  readonly #folder: StairwellFolder;
  readonly #modems: NullModem[] = [];
  readonly programs: ProgramGroup;

  constructor(clock: Clock, folder: StairwellFolder) {
    this.#clock = clock;
    this.#folder = folder;
    this.programs = new ProgramGroup(clock, (name) => folder.logFile(name));
  }

  async startBackend(): Promise<Backend> {
    const program = this.programs.run("receiver", PROGRAMS.backend, ["--file", this.#folder.eventsFile]);
    const { listening: url } = JSON.parse(await program.firstLine()) as { listening: string };
    return { program, url, api: new JsonApi(url) };
  }

  startDoors(): Promise<Door[]> {
    return Promise.all(
      DOOR_NAMES.map(async (name) => {
        const modem = NullModem.open();
        this.#modems.push(modem);
        const linePath = this.#folder.nameLine(name, modem.a);
        const carrier = ["--serial", modem.b];
        return {
          name,
          linePath,
          lock: await EmulatedLock.start(this.programs, name, this.#folder.lockData(name), carrier),
        };
      }),
    );
  }

  async startGateway(backend: Backend, doors: Door[]): Promise<Gateway> {
    const settings = {
      data: this.#folder.gatewayData,
      configFile: this.#folder.configFile,
      eventsUrl: `${backend.url}/events`,
      serialPaths: doors.map(({ linePath }) => linePath),
      pollMs: 500,
    };
    return Gateway.start(this.#clock, this.programs, await Gateway.configure(settings), settings);
  }

  async stop(): Promise<void> {
    await this.programs.stop();
    for (const modem of this.#modems) modem.close();
  }
}
