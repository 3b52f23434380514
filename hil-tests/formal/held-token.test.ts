import assert from "node:assert/strict";
import { test } from "node:test";
import { BenchLock } from "../../lock-sim/firmware/testing/bench-lock.ts";
import { Reason } from "../../protocol/wire/reason.ts";

// What clock.pml finds under TOKEN_FOR_EVER and NO_NOT_AFTER, at the real lock.

const DAY_MS = 86_400_000;

test("a time token that was held back for a day sets nothing back", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const signedAt = bench.now;
  const token = bench.site.timeToken(signedAt, session.challenge);
  bench.clock.advance(DAY_MS);
  assert.equal(session.reason({ name: "time", token }), Reason.staleChallenge);
  assert.equal(session.done({ name: "status" }).time, bench.now);
});

test("an order that was held back for a day opens nothing", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const order = bench.act(session);
  bench.clock.advance(DAY_MS);
  assert.equal(session.reason(order), Reason.expired);
  assert.equal(bench.boltPosition, "thrown");
});
