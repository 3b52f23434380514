import type { Clock } from "./clock.ts";

/** The machine's clocks and timers. Only `main.ts` files import this; everything else is handed a Clock. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
