import { join } from "node:path";
import type { Clock } from "../../protocol/clock.ts";
import { coverageOf, type KnownTest, knowTests } from "./coverage.ts";
import { RunnerProcess } from "./runner-process.ts";

/** Reads, compiles and runs what a whole folder of tests takes, on a slow machine. */
export const IMPORT_TIMEOUT_MS = 120_000;
const MEASURE_TIMEOUT_MS = 600_000;

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

/** Runs every test without mutants, forwards and backwards. Throws if one fails. */
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

/** A process that has imported every test file, in their order. */
export async function importAll({ clock, dist, mutants, testFiles }: MutatedBuild) {
  const runner = new RunnerProcess(clock, mutants);
  const files = testFiles.map((file) => join(dist, file));
  const imported = await runner.ask("imported", { kind: "import", files, mutant: 0 }, IMPORT_TIMEOUT_MS);
  if (imported?.testsPerFile) return { runner, testsPerFile: imported.testsPerFile };
  runner.end();
  throw new Error("the tests can not be imported");
}
