import type { Clock } from "../../protocol/clock.ts";
import { NullModem } from "../null-modem.ts";
import { AirServer } from "../rig-tools/air-server.ts";
import { EmulatedLock } from "../rig-tools/emulated-lock.ts";
import { Gateway } from "../rig-tools/gateway.ts";
import { JsonApi } from "../rig-tools/json-api.ts";
import { PROGRAMS, type Program, type Surroundings } from "../rig-tools/program.ts";
import { ProgramGroup } from "../rig-tools/program-group.ts";
import type { StairwellFolder } from "./folder.ts";

/** Its adapter's address, for a lock on the virtual radio; the others have a serial line. */
const DOORS: readonly { name: string; address?: string }[] = [
  { name: "front-door", address: "d0:0d:00:00:00:01" },
  { name: "cellar" },
  { name: "laundry", address: "d0:0d:00:00:00:02" },
  { name: "bicycles" },
];
const GATEWAY_ADDRESS = "c0:ff:ee:00:00:01";

/** A lock at its door, and the way by which the gateway reaches it. */
export interface Door {
  name: string;
  lock: EmulatedLock;
  way: { kind: "serial"; path: string } | { kind: "ble" };
}

export interface Backend {
  program: Program;
  url: string;
  api: JsonApi;
}

/** Where the rights are made: at the gateway, or at the backend of a fleet. */
export type Issuing = "gateway" | "backend";

/** Four emulated locks, two of them on the virtual radio, a gateway and a backend, each a process of its own. */
export class Stairwell {
  readonly #clock: Clock;
  readonly #folder: StairwellFolder;
  readonly #modems: NullModem[] = [];
  #air: AirServer | undefined;
  readonly programs: ProgramGroup;

  constructor(clock: Clock, folder: StairwellFolder) {
    this.#clock = clock;
    this.#folder = folder;
    this.programs = new ProgramGroup(clock, (name) => folder.logFile(name));
  }

  async startBackend(issuing: Issuing): Promise<Backend> {
    const issuer = issuing === "backend" ? ["--issuer", this.#folder.issuerData] : [];
    const program = this.programs.run("receiver", PROGRAMS.backend, ["--file", this.#folder.eventsFile, ...issuer]);
    const { listening: url } = JSON.parse(await program.firstLine()) as { listening: string };
    return { program, url, api: new JsonApi(url) };
  }

  async startAir(): Promise<AirServer> {
    const addresses = DOORS.flatMap(({ address }) => address ?? []);
    this.#air = await AirServer.start(this.programs, [GATEWAY_ADDRESS, ...addresses], this.#folder.logsFolder);
    return this.#air;
  }

  startDoors(air: AirServer): Promise<Door[]> {
    return Promise.all(
      DOORS.map(async ({ name, address }): Promise<Door> => {
        const start = (carrier: string[], surroundings?: Surroundings) =>
          EmulatedLock.start(this.programs, name, this.#folder.lockData(name), carrier, surroundings);
        if (address !== undefined)
          return { name, way: { kind: "ble" }, lock: await start(["--ble"], air.adapter(address)) };
        const modem = NullModem.open();
        this.#modems.push(modem);
        const path = this.#folder.nameLine(name, modem.a);
        return { name, way: { kind: "serial", path }, lock: await start(["--serial", modem.b]) };
      }),
    );
  }

  /** With `issuerKey`, in hex, the gateway is one of a fleet's. */
  async startGateway(backend: Backend, air: AirServer, doors: Door[], issuerKey?: string): Promise<Gateway> {
    const settings = {
      data: this.#folder.gatewayData,
      configFile: this.#folder.configFile,
      eventsUrl: `${backend.url}/events`,
      serialPaths: doors.flatMap(({ way }) => (way.kind === "serial" ? [way.path] : [])),
      pollMs: 500,
      ...(issuerKey !== undefined && { issuerKey }),
      surroundings: air.adapter(GATEWAY_ADDRESS),
    };
    return Gateway.start(this.#clock, this.programs, await Gateway.configure(settings), settings);
  }

  async stop(): Promise<void> {
    await this.programs.stop();
    for (const modem of this.#modems) modem.close();
    this.#air?.close();
  }
}
