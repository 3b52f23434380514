import { type Bench, importAll } from "./bench.ts";
import { affordable, type KnownTest, plan, soonestFirst, tryTimeoutMs } from "./coverage.ts";
import { tryFromTheStart } from "./fresh-trial.ts";
import type { Mutant } from "./mutant.ts";
import type { Outcome } from "./runner/messages.ts";
import type { RunnerProcess } from "./runner-process.ts";
import type { Verdict } from "./verdict.ts";

/** Tries mutants one after the other; what has imported all the tests is used again and again. */
export class Trial {
  readonly #bench: Bench;
  #runner: RunnerProcess | undefined;
  /** For each script the tests that have noticed a mutant of it. */
  readonly #sharp = new Map<string, Set<number>>();

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  close(): void {
    this.#runner?.end();
    this.#runner = undefined;
  }

  async try(mutant: Mutant): Promise<Verdict> {
    const script = mutant.file.replace(/\.ts$/, ".js");
    const sharp = this.#sharp.get(script) ?? new Set();
    this.#sharp.set(script, sharp);
    const covering = soonestFirst(this.#bench.covering.get(mutant.id) ?? [], script, sharp);
    const tests = affordable(covering, this.#bench.testBudgetMs);
    if (tests.length > 0) return (await this.#isKilled(tests, mutant.id, sharp)) ? "killed" : "survived";
    return this.#bench.reachedByImport.has(mutant.id) ? tryFromTheStart(this.#bench, mutant.id, script) : "uncovered";
  }

  /** A process that has got stuck, or that a mutant has spoilt, is of no use any more: the second try is in a new one. */
  async #isKilled(tests: readonly KnownTest[], mutant: number, sharp: Set<number>): Promise<boolean> {
    const first = await this.#outcome(tests, mutant, sharp);
    if (first !== "unclear") return first === "killed";
    this.close();
    const second = await this.#outcome(tests, mutant, sharp);
    if (second === "unclear") this.close();
    return second !== "survived";
  }

  async #outcome(tests: readonly KnownTest[], mutant: number, sharp: Set<number>): Promise<Outcome> {
    this.#runner ??= (await importAll(this.#bench)).runner;
    const request = { kind: "try", mutant, tests: tests.map(plan) } as const;
    const reply = await this.#runner.ask("tried", request, tryTimeoutMs(tests));
    if (reply?.failed !== undefined) sharp.add(reply.failed);
    if (reply) return reply.outcome;
    this.close();
    return "killed";
  }
}
