import type { Clock } from "../../../protocol/clock.ts";
import { TransportError } from "../channel.ts";
import type { Done } from "./noble.ts";

export interface Bounds {
  clock: Clock;
  withinMs: number;
  /** Aborts with the TransportError to reject with: the connection or the adapter has gone, or nobody needs it any more. */
  lost: AbortSignal;
  /** What is being done, for the message: "connecting". */
  what: string;
}

/**
 * Calls the library and waits for its callback, a deadline or the loss of what it works on, whichever comes first: of these
 * the callback is the one that may never come.
 */
export function settles<T>({ clock, withinMs, lost, what }: Bounds, call: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      timer.cancel();
      lost.removeEventListener("abort", onLost);
      settle();
    };
    const onLost = () => end(() => reject(lost.reason));
    const fail = (why: string) => end(() => reject(new TransportError("timeout", `${what} did not succeed: ${why}`)));
    const timer = clock.schedule(withinMs, () => fail(`no answer within ${withinMs / 1000} s`));
    if (lost.aborted) {
      onLost();
      return;
    }
    lost.addEventListener("abort", onLost, { once: true });
    try {
      call((error, value) => {
        if (error) fail(error instanceof Error ? error.message : error);
        else end(() => resolve(value));
      });
    } catch (error) {
      // The library stumbles over a connection that went a moment ago.
      fail((error as Error).message);
    }
  });
}
