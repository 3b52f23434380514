import type { Clock } from "../../protocol/clock.ts";
import type { Program } from "../rig-tools/program.ts";
import { ProgramEnded } from "../rig-tools/program-group.ts";

const COLUMNS = 80;
const LOG_LINES = 12;

/** A step did not come to its end; all there is to say has been shown. */
export class StepFailed extends Error {
  override readonly name = "StepFailed";
}

/** Shows steps as they happen: a tick, what was done, and how long it took. */
export class Progress {
  readonly #clock: Clock;
  readonly #terminal: NodeJS.WriteStream;
  readonly #startMs: number;
  #isMuted = false;

  constructor(clock: Clock, terminal: NodeJS.WriteStream) {
    this.#clock = clock;
    this.#terminal = terminal;
    this.#startMs = clock.monotonicMs();
  }

  /** Since the beginning, as in "4.2 s". */
  get elapsed(): string {
    return seconds(this.#clock.monotonicMs() - this.#startMs);
  }

  /**
   * Does one step. `work` returns what to show beside the tick; on a terminal `title` stands there until then. If the
   * work fails, so does this, with StepFailed, after showing the end of the log of the program `concerned`.
   */
  async step(title: string, work: () => Promise<string>, concerned?: Program): Promise<void> {
    const startMs = this.#clock.monotonicMs();
    if (this.#terminal.isTTY) this.#write(` … ${title}`);
    try {
      const done = await work();
      this.#overwrite(inColumns(` ✓ ${done}`, seconds(this.#clock.monotonicMs() - startMs)));
    } catch (error) {
      this.#overwrite(` ✗ ${title}`);
      this.failure(error, concerned);
      throw new StepFailed(title, { cause: error });
    }
  }

  line(text = ""): void {
    this.#write(`${text}\n`);
  }

  /** What went wrong, and the end of the log of the program that ended or else of the one `concerned`. */
  failure(error: unknown, concerned?: Program): void {
    this.line(`   ${error instanceof Error ? error.message : String(error)}`);
    const program = error instanceof ProgramEnded ? error.program : concerned;
    if (!program) return;
    this.line(`\n   The last lines of ${program.name}:`);
    for (const line of program.newestLines(LOG_LINES)) this.line(`   | ${line}`);
  }

  /** From now on nothing is shown: what is being taken down may fail as it likes. */
  mute(): void {
    this.#isMuted = true;
  }

  #overwrite(line: string): void {
    if (this.#terminal.isTTY) this.#write("\r\x1b[K");
    this.line(line);
  }

  #write(text: string): void {
    if (!this.#isMuted) this.#terminal.write(text);
  }
}

function inColumns(left: string, right: string): string {
  return `${left.padEnd(COLUMNS - right.length - 1)} ${right}`;
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}
