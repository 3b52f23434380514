import assert from "node:assert/strict";
import { test } from "node:test";
import { minimised } from "./minimise.ts";

test("what does not matter goes, and what has to be there but not as it is becomes 0", async () => {
  const input = Uint8Array.from({ length: 100 }, (_, i) => i + 1);
  const isStill = (candidate: Uint8Array) => candidate.length >= 3 && candidate.includes(42);
  const smallest = await minimised(input, isStill);
  assert.deepEqual([...smallest].sort(), [0, 0, 42]);
});
