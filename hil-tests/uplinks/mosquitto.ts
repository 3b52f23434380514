import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../rig-tools/free-port.ts";

/** Debian keeps it where only root looks. */
const PROGRAMS = ["mosquitto", "/usr/sbin/mosquitto"];

/** The program's name, or undefined if it is not installed. */
export function findMosquitto(): string | undefined {
  return PROGRAMS.find((program) => spawnSync(program, ["-h"]).error === undefined);
}

/** A real broker on a free port, with everything of it in one folder. Ended by its own pid, never by name. */
export class Mosquitto {
  readonly port: number;
  readonly #program: string;
  readonly #configFile: string;
  #process: ChildProcess | undefined;

  private constructor(program: string, port: number, configFile: string) {
    this.#program = program;
    this.port = port;
    this.#configFile = configFile;
  }

  /** `lines` of mosquitto.conf are added to those that every test needs. */
  static async start(program: string, folder: string, lines: string[] = []): Promise<Mosquitto> {
    const port = await freePort();
    const configFile = join(folder, "mosquitto.conf");
    // Kept in memory between saves half an hour apart, as Debian has it: what is acknowledged is not durable.
    const settings = [
      `listener ${port} 127.0.0.1`,
      `user ${userInfo().username}`,
      "persistence true",
      `persistence_location ${folder}/`,
      ...(lines.some((line) => line.startsWith("allow_anonymous")) ? [] : ["allow_anonymous true"]),
      ...lines,
    ];
    writeFileSync(configFile, `${settings.join("\n")}\n`);
    const mosquitto = new Mosquitto(program, port, configFile);
    await mosquitto.restart();
    return mosquitto;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Resolves when it listens. */
  async restart(): Promise<void> {
    this.#process = spawn(this.#program, ["-c", this.#configFile], { stdio: ["ignore", "ignore", "pipe"] });
    const lines: string[] = [];
    const running = new Promise<void>((resolve) => {
      createInterface({ input: this.#process!.stderr! }).on("line", (line) => {
        lines.push(line);
        if (/ running$/.test(line)) resolve();
      });
    });
    const ended = once(this.#process, "exit").then(() => {
      throw new Error(`mosquitto does not start: ${lines.join(" | ")}`);
    });
    await Promise.race([running, ended]);
    ended.catch(() => {});
  }

  /** As a power cut: it forgets what it has acknowledged. */
  async kill(): Promise<void> {
    const ended = once(this.#process!, "exit");
    // A stopped process ends by this signal too.
    this.#process!.kill("SIGKILL");
    await ended;
  }

  /** Nothing comes through any more, and nobody is told. */
  freeze(): void {
    this.#process!.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process!.kill("SIGCONT");
  }
}
