import assert from "node:assert/strict";
import { posix } from "node:path";
import type { MeasuredTest, PlannedTest } from "./runner/messages.ts";

/** A test as it runs without mutants. `number` is its place among all that one runner has imported. */
export interface KnownTest extends MeasuredTest {
  readonly number: number;
  /** Path from dist/. */
  readonly file: string;
}

/** More than any processor passes without a mutant; a test that goes on so long will not end. */
const SWITCHES_PER_MS_MAX = 2_000_000;
const ENDLESS_SWITCHES_MIN = 10_000_000;

const TRY_TIMEOUT_MIN_MS = 5000;
const TRY_TIMEOUT_FACTOR = 30;

export function knowTests(
  files: readonly string[],
  testsPerFile: readonly number[],
  measured: readonly MeasuredTest[],
): KnownTest[] {
  const fileOf = files.flatMap((file, n) => Array<string>(testsPerFile[n]!).fill(file));
  assert.equal(fileOf.length, measured.length);
  return measured.map((test, number) => ({ ...test, number, file: fileOf[number]! }));
}

/** For each mutant the tests that come by it. */
export function coverageOf(tests: readonly KnownTest[]): Map<number, KnownTest[]> {
  const covering = new Map<number, KnownTest[]>();
  for (const test of tests) {
    for (const mutant of test.reached) {
      const known = covering.get(mutant);
      if (known) known.push(test);
      else covering.set(mutant, [test]);
    }
  }
  return covering;
}

/**
 * The order that finds soonest what notices a mutant of `script`: the `sharp` tests, which noticed another one of it,
 * then the nearest test files, of those equally near the fastest test.
 */
export function soonestFirst(tests: readonly KnownTest[], script: string, sharp: ReadonlySet<number>): KnownTest[] {
  const rank = ({ number, file }: KnownTest) => (sharp.has(number) ? -1 : distance(file, script));
  return tests.toSorted((a, b) => rank(a) - rank(b) || a.ms - b.ms);
}

/** 0: the script's own test; 1: of the same folder; 2: any other. */
export function distance(testFile: string, script: string): 0 | 1 | 2 {
  if (testFile === script.replace(/\.js$/, ".test.js")) return 0;
  return posix.dirname(testFile) === posix.dirname(script) ? 1 : 2;
}

/** As many of the tests, in their order, as fit into the budget; the first in any case. */
export function affordable(tests: readonly KnownTest[], budgetMs: number): KnownTest[] {
  let leftMs = budgetMs;
  return tests.filter(({ ms }, at) => {
    const fits = at === 0 || ms <= leftMs;
    if (fits) leftMs -= ms;
    return fits;
  });
}

export function plan({ number, ms }: KnownTest): PlannedTest {
  return { test: number, passedMax: ENDLESS_SWITCHES_MIN + SWITCHES_PER_MS_MAX * ms };
}

/** After which a process that runs these tests has got stuck, however much else the machine does. */
export function tryTimeoutMs(tests: readonly KnownTest[]): number {
  return TRY_TIMEOUT_MIN_MS + TRY_TIMEOUT_FACTOR * tests.reduce((sum, { ms }) => sum + ms, 0);
}
