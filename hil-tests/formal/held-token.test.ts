import assert from "node:assert/strict";
import { test } from "node:test";
import { BenchLock } from "../../lock-sim/firmware/testing/bench-lock.ts";
import { Reason } from "../../protocol/wire/reason.ts";

// What clock.pml finds under CLAIM_CLOCK and NO_NOT_AFTER, at the real lock. The first is the page's and not a fault of the lock.

const DAY_MS = 86_400_000;

test("as the page has it, a time token that was held back for a day sets the clock back by a day", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const signedAt = bench.now;
  const token = bench.site.timeToken(signedAt, session.challenge);
  bench.clock.advance(DAY_MS);
  assert.equal(session.done({ name: "time", token }).time, signedAt);
});

test("an order that was held back for a day opens nothing", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const order = bench.act(session);
  bench.clock.advance(DAY_MS);
  assert.equal(session.reason(order), Reason.expired);
  assert.equal(bench.boltPosition, "thrown");
});
