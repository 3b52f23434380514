import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { TokenBuckets } from "./token-bucket.ts";

test("a burst is let through, then as many as are refilled, each key for itself", () => {
  const clock = new VirtualClock();
  const buckets = new TokenBuckets(clock, { burst: 2, perSecond: 0.5 });
  assert.deepEqual(
    ["a", "a", "a", "b"].map((key) => buckets.take(key)),
    [0, 0, 2, 0],
  );
  clock.advance(1_000);
  assert.equal(buckets.waitSeconds("a"), 1);
  clock.advance(1_000);
  assert.deepEqual([buckets.take("a"), buckets.take("a")], [0, 2]);
  clock.advance(3_600_000);
  assert.deepEqual(
    ["a", "a", "a"].map((key) => buckets.take(key)),
    [0, 0, 2],
  );
});

test("a wall clock that jumps refills nothing", () => {
  const clock = new VirtualClock();
  const buckets = new TokenBuckets(clock, { burst: 1, perSecond: 1 });
  buckets.take("a");
  clock.stepWall(86_400_000);
  assert.equal(buckets.take("a"), 1);
});

test("ever new keys cost no more memory than ten thousand", () => {
  const buckets = new TokenBuckets(new VirtualClock(), { burst: 1, perSecond: 1 });
  buckets.take("first");
  for (let i = 0; i < 10_000; i++) buckets.take(String(i));
  assert.equal(buckets.waitSeconds("first"), 0);
  assert.equal(buckets.waitSeconds("9999"), 1);
});
