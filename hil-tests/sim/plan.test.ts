import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { FAULT_KINDS } from "./faults/kinds.ts";
import { drawPlan } from "./plan.ts";

const PLANS = Array.from({ length: 200 }, (_, seed) => drawPlan({ seed }));

test("the same seed draws the same world, and another seed another", () => {
  assert.deepEqual(drawPlan({ seed: 7 }), PLANS[7]);
  const texts = new Set(PLANS.map((plan) => createHash("sha256").update(JSON.stringify(plan.locks)).digest("hex")));
  assert.ok(texts.size > 190);
});

test("worlds are of all sizes that they may have", () => {
  const locks = PLANS.map((plan) => plan.locks.length);
  assert.deepEqual([Math.min(...locks), Math.max(...locks) > 40, Math.max(...locks) <= 50], [1, true, true]);
  assert.deepEqual([...new Set(PLANS.map((plan) => plan.sites.length))].sort(), [1, 2, 3]);
  assert.ok(PLANS.every(({ sites, locks }) => locks.every(({ site }) => site < sites.length)));
});

test("no world has every fault, and every fault is in some", () => {
  assert.ok(PLANS.every(({ faults }) => faults.size < FAULT_KINDS.length));
  for (const fault of FAULT_KINDS) assert.ok(PLANS.some(({ faults }) => faults.has(fault)));
});
