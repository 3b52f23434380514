import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../protocol/clock.ts";

const NEWEST_LINES_MAX = 200;
const STOP_MS = 5_000;

/** The compiled programs of this project that a rig starts. */
export const PROGRAMS = {
  gateway: fileURLToPath(new URL("../../gateway/main.js", import.meta.url)),
  lock: fileURLToPath(new URL("../../lock-sim/main.js", import.meta.url)),
  backend: fileURLToPath(new URL("../backend/main.js", import.meta.url)),
  air: fileURLToPath(new URL("../radio/main.js", import.meta.url)),
  phone: fileURLToPath(new URL("../phone/main.js", import.meta.url)),
};

/** What a program is given besides its arguments. */
export interface Surroundings {
  /** Added to ours. */
  environment?: Record<string, string>;
  /** A module that is loaded before the program's own. */
  preload?: string;
}

/** A program of ours as a process of its own. It is ended by its pid, never by name. */
export class Program {
  readonly name: string;
  readonly #clock: Clock;
  readonly #process: ChildProcess;
  readonly #newestLines: string[] = [];
  readonly #firstLine: Promise<string>;
  #wasAskedToEnd = false;
  /** How it ended, in words: "exit code 1", "SIGKILL". */
  readonly ended: Promise<string>;

  /** Both outputs go to `logFile` too, if one is given. */
  constructor(
    clock: Clock,
    name: string,
    script: string,
    args: string[],
    logFile?: string,
    { environment, preload }: Surroundings = {},
  ) {
    this.name = name;
    this.#clock = clock;
    const preloading = preload === undefined ? [] : ["--import", preload];
    this.#process = spawn(process.execPath, ["--enable-source-maps", ...preloading, script, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
      // Out of the terminal's reach: on Ctrl-C it is the rig that ends its programs, in its order.
      detached: true,
    });
    this.ended = once(this.#process, "close").then(([code, signal]) => signal ?? `exit code ${code}`);
    const log = logFile === undefined ? undefined : createWriteStream(logFile, { flags: "a" });
    const keep = (line: string) => {
      this.#newestLines.push(line);
      this.#newestLines.splice(0, this.#newestLines.length - NEWEST_LINES_MAX);
      log?.write(`${line}\n`);
    };
    const output = createInterface({ input: this.#process.stdout! });
    output.on("line", keep);
    createInterface({ input: this.#process.stderr! }).on("line", keep);
    this.#firstLine = once(output, "line").then(([line]) => line as string);
    void this.ended.then(() => log?.end());
  }

  /** Whether `kill` or `stop` was called. */
  get wasAskedToEnd(): boolean {
    return this.#wasAskedToEnd;
  }

  /** What it printed last, oldest line first. */
  newestLines(count: number): string[] {
    return this.#newestLines.slice(-count);
  }

  /** Its first line of output, once that comes. Rejects if it ends before. */
  async firstLine(): Promise<string> {
    const tooEarly = this.ended.then((how) => {
      throw new Error(`${this.name} ended early (${how})`);
    });
    return Promise.race([this.#firstLine, tooEarly]);
  }

  /** Cuts it off as a power cut does: nothing of it runs any more when this resolves. */
  async kill(): Promise<void> {
    this.#wasAskedToEnd = true;
    this.#process.kill("SIGKILL");
    await this.ended;
  }

  /** Asks it to end, and makes it end if it has not in time. */
  async stop(): Promise<void> {
    this.#wasAskedToEnd = true;
    this.#process.kill("SIGTERM");
    const timer = this.#clock.schedule(STOP_MS, () => this.#process.kill("SIGKILL"));
    await this.ended;
    timer.cancel();
  }
}
