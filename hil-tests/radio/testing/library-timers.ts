import { mock } from "node:test";
import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";

const POLL_MS = 1_000;

/**
 * Puts the libraries' own timers, and with them every `setTimeout` of the process, on the clock of the test. noble and
 * bleno ask their socket each second, without end, whether the adapter is up, which would also keep the test's process
 * alive; @stoprocent/noble has one more in `waitForPoweredOnAsync`. All else in them runs when a packet arrives, in
 * promises and ticks that `advanceAsync` lets settle.
 */
export function runLibraryTimers(clock: VirtualClock): void {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  const tick = () => {
    mock.timers.tick(POLL_MS);
    clock.schedule(POLL_MS, tick);
  };
  clock.schedule(POLL_MS, tick);
}

/** The process's own timers again; those of the libraries never fire any more. */
export function stopLibraryTimers(): void {
  mock.timers.reset();
}
