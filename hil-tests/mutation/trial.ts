import { join } from "node:path";
import type { Clock } from "../../protocol/clock.ts";
import { affordable, coverageOf, distance, type KnownTest, knowTests, plan, soonestFirst } from "./coverage.ts";
import type { Mutant } from "./mutant.ts";
import type { Outcome } from "./runner/messages.ts";
import { RunnerProcess } from "./runner-process.ts";

/** `uncovered`: no test comes by it. */
export type Verdict = "killed" | "survived" | "uncovered";

/** Reads, compiles and runs what a whole folder of tests takes, on a slow machine. */
const IMPORT_TIMEOUT_MS = 120_000;
const MEASURE_TIMEOUT_MS = 600_000;
const TRY_TIMEOUT_MIN_MS = 5000;
const TRY_TIMEOUT_FACTOR = 30;

/** A patched build with mutants in it. */
interface MutatedBuild {
  readonly clock: Clock;
  /** Its dist/. */
  readonly dist: string;
  /** How many are in it; their ids begin with 1. */
  readonly mutants: number;
  /** Paths from dist/. */
  readonly testFiles: readonly string[];
  /** For each test file, the scripts loaded with it. */
  readonly loaded: ReadonlyMap<string, ReadonlySet<string>>;
  /**
   * What the tests of one mutant may take in all, as they do without it. Some tests cut the power at every moment of
   * an hour; a mutant that they alone would notice counts as one that survived.
   */
  readonly testBudgetMs: number;
}

/** What is known of its tests besides. */
export interface Bench extends MutatedBuild {
  readonly tests: readonly KnownTest[];
  /** For each mutant the tests that come by it. */
  readonly covering: ReadonlyMap<number, readonly KnownTest[]>;
  /** Mutants of what a module does once, when it is loaded. */
  readonly reachedByImport: ReadonlySet<number>;
}

/** Runs every test without mutants. Throws if one fails. */
export async function measure(build: MutatedBuild): Promise<Bench> {
  const { runner, testsPerFile } = await importAll(build);
  try {
    const measured = await runner.ask("measured", { kind: "measure" }, MEASURE_TIMEOUT_MS);
    if (!measured) throw new Error("the tests do not end");
    const tests = knowTests(build.testFiles, testsPerFile, measured.tests);
    const failed = tests.filter((test) => test.failed).map(({ file, name }) => `${file}: ${name}`);
    if (failed.length > 0) throw new Error(`these tests fail without a mutant:\n${failed.join("\n")}`);
    return { ...build, tests, covering: coverageOf(tests), reachedByImport: new Set(measured.reachedByImport) };
  } finally {
    runner.end();
  }
}

async function importAll({ clock, dist, mutants, testFiles }: MutatedBuild) {
  const runner = new RunnerProcess(clock, mutants);
  const files = testFiles.map((file) => join(dist, file));
  const imported = await runner.ask("imported", { kind: "import", files, mutant: 0 }, IMPORT_TIMEOUT_MS);
  if (imported?.testsPerFile) return { runner, testsPerFile: imported.testsPerFile };
  runner.end();
  throw new Error("the tests can not be imported");
}

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
    return this.#bench.reachedByImport.has(mutant.id) ? this.#tryFromTheStart(mutant, script) : "uncovered";
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

  /** A module's constants are made when it is loaded, so the mutant has to be on by then, in a process of its own. */
  async #tryFromTheStart(mutant: Mutant, script: string): Promise<Verdict> {
    const { clock, dist, mutants, testFiles, loaded, tests } = this.#bench;
    const files = testFiles
      .filter((file) => loaded.get(file)?.has(script))
      .toSorted((a, b) => distance(a, script) - distance(b, script) || nearness(loaded, a) - nearness(loaded, b));
    if (files.length === 0) return "uncovered";
    const runner = new RunnerProcess(clock, mutants);
    let before = 0;
    let leftMs = this.#bench.testBudgetMs;
    try {
      for (const file of files) {
        if (leftMs <= 0) break;
        const request = { kind: "import", files: [join(dist, file)], mutant: mutant.id } as const;
        const imported = await runner.ask("imported", request, IMPORT_TIMEOUT_MS);
        if (!imported?.testsPerFile) return "killed";
        const all = tests.filter((test) => test.file === file);
        const own = affordable(all, leftMs);
        leftMs -= own.reduce((sum, { ms }) => sum + ms, 0);
        const planned = own.map((test) => ({ ...plan(test), test: before + all.indexOf(test) }));
        before += all.length;
        const tried = { kind: "try", mutant: mutant.id, tests: planned } as const;
        const reply = await runner.ask("tried", tried, tryTimeoutMs(own));
        if (reply?.outcome !== "survived") return "killed";
      }
      return "survived";
    } finally {
      runner.end();
    }
  }
}

/** The fewer modules are loaded with a test file, the more it has to do with each of them. */
function nearness(loaded: ReadonlyMap<string, ReadonlySet<string>>, file: string): number {
  return loaded.get(file)?.size ?? 0;
}

function tryTimeoutMs(tests: readonly KnownTest[]): number {
  return TRY_TIMEOUT_MIN_MS + TRY_TIMEOUT_FACTOR * tests.reduce((sum, { ms }) => sum + ms, 0);
}
