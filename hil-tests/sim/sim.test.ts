import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { nobleSuite } from "../../crypto/noble.ts";
import { deterministicSuite } from "../../crypto/testing/deterministic-suite.ts";
import { drawPlan, type PlanOptions } from "./plan.ts";
import { reportOf } from "./report.ts";
import { type RunResult, runWorld } from "./run-world.ts";

/** A seed that found something once, how long it takes to get there, and what it was. */
interface KnownSeed extends PlanOptions {
  why: string;
}

const KNOWN: KnownSeed[] = JSON.parse(
  readFileSync(new URL("hil-tests/sim/seeds.json", import.meta.resolve("#package")), "utf8"),
);
const SHORT = { hours: 12, locks: 2 };

function run(options: PlanOptions, firmware = deterministicSuite): Promise<RunResult> {
  return runWorld({ plan: drawPlan(options), suites: { gateway: deterministicSuite, firmware }, folder: tmpdir() });
}

function assertHolds(result: RunResult): void {
  assert.equal(result.broken, undefined, reportOf(result, 1));
}

test("the same seed is the same run, in another process and another folder too", async () => {
  const here = await run({ seed: 5, ...SHORT });
  const main = fileURLToPath(new URL("main.js", import.meta.url));
  const there = await new Promise<string>((resolve, reject) => {
    const options = ["--seed", "5", "--hours", "12", "--locks", "2"];
    execFile(process.execPath, [main, ...options], (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  assert.match(there, new RegExp(here.traceHash));
});

test("another seed is another run", async () => {
  const [one, other] = [await run({ seed: 5, ...SHORT }), await run({ seed: 6, ...SHORT })];
  assert.notEqual(one.traceHash, other.traceHash);
});

for (const seed of [1, 2, 3]) {
  test(`every invariant holds in the world of seed ${seed}`, async () =>
    assertHolds(await run({ seed, hours: 24, locks: 3 })));
}

test("every invariant holds with the firmware on its own suite", async () => {
  assertHolds(await run({ seed: 4, ...SHORT }, nobleSuite));
});

for (const { why, ...options } of KNOWN) {
  test(`seed ${options.seed}, which once found that ${why}, finds nothing any more`, async () =>
    assertHolds(await run(options)));
}
