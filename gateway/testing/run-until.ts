import assert from "node:assert/strict";
import type { VirtualClock } from "../../protocol/testing/virtual-clock.ts";

const STEP_MS = 10;

/** Lets virtual time run until the promise settles; fails if that takes longer than `limitMs`. */
export async function runUntil<T>(clock: VirtualClock, promise: Promise<T>, limitMs = 600_000): Promise<T> {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  promise.then(settled, settled);
  const untilMs = clock.monotonicMs() + limitMs;
  // What was begun a moment ago has set its timers then.
  await clock.advanceAsync(0);
  do {
    const nextMs = clock.nextTimerMs();
    // Whole steps: the difference of two fractions may fall short of the timer for ever.
    await clock.advanceAsync(nextMs === undefined ? STEP_MS : Math.ceil(Math.max(0, nextMs - clock.monotonicMs())));
    await clock.advanceAsync(0);
    assert(isSettled || clock.monotonicMs() < untilMs, "it takes longer than allowed");
  } while (!isSettled);
  return promise;
}
