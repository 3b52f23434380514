import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";

/** Moves time on, timer by timer, until the promise settles. Throws RangeError if it has not within `limitMs`. */
export async function settled<T>(clock: VirtualClock, promise: Promise<T>, limitMs: number): Promise<T> {
  let isPending = true;
  const mark = () => {
    isPending = false;
  };
  promise.then(mark, mark);
  const endMs = clock.monotonicMs() + limitMs;
  await clock.advanceAsync(0);
  while (isPending) {
    const nowMs = clock.monotonicMs();
    if (nowMs >= endMs) throw new RangeError(`not settled within ${limitMs} ms`);
    await clock.advanceAsync(Math.min(clock.nextTimerMs() ?? endMs, endMs) - nowMs);
  }
  return promise;
}
