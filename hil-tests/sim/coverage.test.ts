import assert from "node:assert/strict";
import { test } from "node:test";
import { countFault, emptyCoverage, faultsNeverHit, mergeCoverage, pairsNeverHit } from "./coverage.ts";
import { PROTOCOL_STATES } from "./protocol-state.ts";

test("a fault counts once, and once in each state that it hits", () => {
  const coverage = emptyCoverage();
  countFault(coverage, "frame-lost", ["S1 sent", "roster staged"]);
  const [missing] = pairsNeverHit(coverage);
  assert.equal(missing?.fault, "frame-lost");
  assert.deepEqual(
    missing?.states,
    PROTOCOL_STATES.filter((state) => state !== "S1 sent" && state !== "roster staged"),
  );
  assert.ok(!faultsNeverHit(coverage).includes("frame-lost"));
  assert.ok(faultsNeverHit(coverage).includes("reply-lost"));
});

test("what two runs have covered adds up", () => {
  const [sum, more] = [emptyCoverage(), emptyCoverage()];
  countFault(sum, "hang-up", ["idle"]);
  countFault(more, "hang-up", PROTOCOL_STATES);
  mergeCoverage(sum, more);
  assert.equal(sum.faults["hang-up"], 2);
  assert.deepEqual(pairsNeverHit(sum), []);
});
