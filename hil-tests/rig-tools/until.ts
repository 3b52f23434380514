import { type Clock, delay } from "../../protocol/clock.ts";

const LOOK_EVERY_MS = 50;

/** Looks until there is something to see. Rejects after `deadlineMs`; `what` says what was waited for. */
export async function until<T>(
  clock: Clock,
  deadlineMs: number,
  what: () => string,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const endMs = clock.monotonicMs() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (clock.monotonicMs() >= endMs) throw new Error(`${what()}: not within ${deadlineMs / 1000} s`);
    await delay(clock, LOOK_EVERY_MS);
  }
}
