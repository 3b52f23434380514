import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROGRAMS, type Surroundings } from "./program.ts";
import type { ProgramGroup } from "./program-group.ts";

const PRELOAD = new URL("../radio/loader/preload.js", import.meta.url).href;

/**
 * The virtual radio as a process of its own, with one Bluetooth adapter for each program on it. Nothing is lost and nothing
 * waits: rigs are about programs, and time is the machine's.
 */
export class AirServer {
  /** Of the sockets. The system's temporary one: a path of a unix socket must be short. */
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** With adapters of these addresses. What passes between them and their programs is written to the folder `trace` (btsnoop). */
  static async start(group: ProgramGroup, addresses: readonly string[], trace: string): Promise<AirServer> {
    const air = new AirServer(mkdtempSync(join(tmpdir(), "portvakt-air-")));
    const args = ["--model", "fast", "--trace", trace, "--sockets", air.#folder, ...addresses];
    await group.run("air", PROGRAMS.air, args).firstLine();
    return air;
  }

  /** What makes the adapter with this address a program's hci0. */
  adapter(address: string): Surroundings {
    return { preload: PRELOAD, environment: { VIRTUAL_HCI: join(this.#folder, address) } };
  }

  /** After its programs have ended. */
  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
