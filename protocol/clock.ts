/** A timer that has been set. Cancelling one that ran or was cancelled does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time as an argument. Durations come from the monotonic clock, validity from the wall clock. */
export interface Clock {
  /** Milliseconds since 1970 UTC, as the machine believes; may jump. */
  wallMs(): number;
  /** Milliseconds since some fixed moment; never jumps, never goes back. */
  monotonicMs(): number;
  /** Calls `callback` once, `delayMs` from now. */
  schedule(delayMs: number, callback: () => void): Timer;
}

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it aborts. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.schedule(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
