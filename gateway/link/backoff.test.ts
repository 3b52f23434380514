import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { Backoff } from "./backoff.ts";

const LIMITS = { firstMs: 1_000, maxMs: 60_000 };

test("delays double up to the limit, each shortened by at most half", () => {
  const backoff = new Backoff(new SeededRandom(1), LIMITS);
  for (const fullMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
    const delayMs = backoff.nextMs();
    assert(delayMs > fullMs / 2 && delayMs <= fullMs, `${delayMs} of ${fullMs}`);
  }
});

test("a success begins again", () => {
  const backoff = new Backoff(new SeededRandom(1), LIMITS);
  for (let i = 0; i < 2_000; i++) assert(backoff.nextMs() <= LIMITS.maxMs);
  backoff.reset();
  assert(backoff.nextMs() <= LIMITS.firstMs);
});
