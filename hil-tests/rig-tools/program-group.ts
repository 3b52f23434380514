import type { Clock } from "../../protocol/clock.ts";
import { Program, type Surroundings } from "./program.ts";

/** A program ended although nobody had asked it to. */
export class ProgramEnded extends Error {
  override readonly name = "ProgramEnded";
  readonly program: Program;

  constructor(program: Program, how: string) {
    super(`${program.name} ended by itself (${how})`);
    this.program = program;
  }
}

/** Programs that are up together and are ended together. */
export class ProgramGroup {
  readonly #clock: Clock;
  readonly #logFile: (name: string) => string;
  readonly #members = new Set<Program>();
  #fail: (error: ProgramEnded) => void = () => {};

  /** Rejects with ProgramEnded when a program ends before `stop` or its own `stop` or `kill`. */
  readonly failure = new Promise<never>((_, reject) => {
    this.#fail = reject;
  });

  /** `logFile` gives the file that a program's output is appended to. */
  constructor(clock: Clock, logFile: (name: string) => string) {
    this.#clock = clock;
    this.#logFile = logFile;
    // Whoever wants to know listens; that nobody does is no mistake.
    this.failure.catch(() => {});
  }

  run(name: string, script: string, args: string[], surroundings?: Surroundings): Program {
    const program = new Program(this.#clock, name, script, args, this.#logFile(name), surroundings);
    this.#members.add(program);
    void program.ended.then((how) => {
      this.#members.delete(program);
      if (!program.wasAskedToEnd) this.#fail(new ProgramEnded(program, how));
    });
    return program;
  }

  /** Ends them all, by pid. */
  async stop(): Promise<void> {
    await Promise.all([...this.#members].map((program) => program.stop()));
  }
}
