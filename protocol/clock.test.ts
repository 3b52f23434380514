import assert from "node:assert/strict";
import { test } from "node:test";
import { delay } from "./clock.ts";
import { VirtualClock } from "./testing/virtual-clock.ts";

/** What becomes of a promise, as far as it is known once all that was ready has run. */
async function stateOf(promise: Promise<void>): Promise<"waiting" | "over" | { reason: unknown }> {
  const waiting = Symbol();
  const turn = new Promise<symbol>((resolve) => setImmediate(() => resolve(waiting)));
  const over = promise.then(
    () => "over" as const,
    (reason: unknown) => ({ reason }),
  );
  const first = await Promise.race([over, turn]);
  return typeof first === "symbol" ? "waiting" : first;
}

test("a delay is over when its time has come, and not before", async () => {
  const clock = new VirtualClock();
  const waited = delay(clock, 100);
  clock.advance(99);
  assert.equal(await stateOf(waited), "waiting");
  clock.advance(1);
  assert.equal(await stateOf(waited), "over");
});

test("a delay that is broken off ends at once, with the reason given", async () => {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const waited = delay(clock, 100, abort.signal);
  abort.abort("closing");
  assert.deepEqual(await stateOf(waited), { reason: "closing" });
});

test("a delay that was broken off before it began has no timer", async () => {
  const clock = new VirtualClock();
  assert.deepEqual(await stateOf(delay(clock, 100, AbortSignal.abort("closed"))), { reason: "closed" });
});
