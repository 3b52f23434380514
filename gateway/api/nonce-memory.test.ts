import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { NonceMemory } from "./nonce-memory.ts";

test("a nonce is good once in its time", () => {
  const clock = new VirtualClock();
  const memory = new NonceMemory(clock, 1_000, 10);
  assert.deepEqual([memory.use("a"), memory.use("b"), memory.use("a")], [true, true, false]);
  clock.advance(1_000);
  assert.equal(memory.use("a"), false);
  clock.advance(1);
  assert.equal(memory.use("a"), true);
});

test("what can not be remembered is refused, until there is room again", () => {
  const clock = new VirtualClock();
  const memory = new NonceMemory(clock, 1_000, 2);
  assert.deepEqual([memory.use("a"), memory.use("b"), memory.use("c")], [true, true, false]);
  clock.advance(1_001);
  assert.equal(memory.use("c"), true);
});
