import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyCoverage } from "../coverage.ts";
import { Soak } from "./soak.ts";

const GOOD = { seed: 1, lockHours: 600, cpuSeconds: 2, coverage: emptyCoverage(), broken: undefined, traceHash: "" };
const BROKEN = { invariant: "a hand always opens", sentence: "it did not\nfor long", atMs: 0, last: [] };

test("a soak adds up its seeds, and says how fast it was", () => {
  const soak = new Soak();
  soak.add(GOOD);
  soak.add({ ...GOOD, seed: 2 });
  assert.match(soak.report(10), /2 seeds, 1200 lock-hours in 10 s: 120 a second, 300 a second of one processor/);
  assert.match(soak.report(10), /every invariant held/);
});

test("a seed that fails is named, with what replays it", () => {
  const soak = new Soak();
  const result = { ...GOOD, seed: 7, broken: BROKEN };
  soak.add(result);
  assert.deepEqual(soak.failed, [result]);
  assert.match(soak.report(1), /failing seeds: 7/);
  assert.equal(soak.describe(result), "BROKEN: a hand always opens: it did not\n  npm run sim -- --seed 7");
});
