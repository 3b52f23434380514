import { type Clock, delay } from "../../../protocol/clock.ts";
import { TransportError } from "../channel.ts";
import { Attempt } from "./attempt.ts";
import type { Peripheral } from "./noble.ts";
import { settles } from "./settles.ts";
import type { Device } from "./sightings.ts";

/** A connection that failed to be established is tried again, but not at once for ever. */
const AGAIN_AFTER_MS = 50;
const CANCELLED_WITHIN_MS = 100;

interface Within {
  readonly clock: Clock;
  readonly withinMs: number;
  /** Aborts when the adapter has gone, or somebody more urgent needs it. */
  readonly lost: AbortSignal;
  /** Tells the library to give up. */
  readonly cancel: (peripheral: Peripheral) => void;
}

/** Connects, trying again as long as there is time; returns how often it had to. Rejects with TransportError, or why it was lost. */
export async function connectTo(
  { peripheral, rssi }: Device,
  { clock, withinMs, lost, cancel }: Within,
): Promise<number> {
  const untilMs = clock.monotonicMs() + withinMs;
  for (let retries = 0; ; retries++) {
    const attempt = new Attempt(peripheral);
    try {
      const leftMs = untilMs - clock.monotonicMs();
      await settles<void>({ clock, withinMs: leftMs, lost, what: "connecting" }, (done) => attempt.begin(done));
      return retries;
    } catch (error) {
      if (!attempt.isOver) await giveUp(clock, peripheral, cancel);
      if (lost.aborted) throw error;
      if (clock.monotonicMs() + AGAIN_AFTER_MS >= untilMs) throw couldNotConnect(rssi, retries);
    } finally {
      attempt.end();
    }
    await delay(clock, AGAIN_AFTER_MS, lost);
  }
}

/**
 * Otherwise the controller goes on trying for ever, and takes no other order. One of the forks tells when it has given up, and that
 * must not pass for the end of the next attempt; the other does not, and the wait is short.
 */
async function giveUp(clock: Clock, peripheral: Peripheral, cancel: Within["cancel"]): Promise<void> {
  const ending = new Attempt(peripheral);
  const bounds = { clock, withinMs: CANCELLED_WITHIN_MS, lost: NEVER, what: "giving up" };
  try {
    await settles<void>(bounds, (done) => {
      ending.listen((error) => {
        // The lock was faster.
        if (!error) peripheral.disconnect();
        done(null, undefined);
      });
      cancel(peripheral);
    });
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
  } finally {
    ending.end();
  }
}

const NEVER = new AbortController().signal;

function couldNotConnect(rssi: number, retries: number): TransportError {
  const tries = retries === 0 ? "" : `, tried ${retries + 1} times`;
  return new TransportError("unreachable", `the lock is heard (${rssi} dBm) but does not let us connect${tries}`);
}
