import type { BenchLock } from "./bench-lock.ts";

/** Does something to a lock whose power may go at any flash operation. */
export interface Trial<T> {
  /** Must do the same every time. */
  prepare(): { bench: BenchLock; prepared: T };
  action(bench: BenchLock, prepared: T): void;
  /** On the lock as it is after it has booted; `wasCut` if the action did not get to its end. */
  check(bench: BenchLock, prepared: T, wasCut: boolean): void;
}

/**
 * Cuts the power at the nth flash operation of the action, for every n there is, and then again at every flash
 * operation of the boot that follows; in the last trial nothing is cut.
 */
export function atEveryFlashOperation<T>(trial: Trial<T>): void {
  for (let n = 1, wasCut = true; wasCut; n++) {
    for (let atBoot = 0, wasBootCut = true; wasBootCut; atBoot++) {
      const { bench, prepared } = trial.prepare();
      bench.flash.powerCutAtOperation(n);
      trial.action(bench, prepared);
      wasCut = bench.lock.firmware === undefined;
      if (atBoot > 0) bench.flash.powerCutAtBoot(atBoot);
      bench.reboot();
      wasBootCut = atBoot === 0 || bench.lock.firmware === undefined;
      bench.reboot();
      checked(`power cut at flash operation ${n}, then at ${atBoot} of the boot`, () =>
        trial.check(bench, prepared, wasCut),
      );
    }
  }
}

function checked(when: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw new Error(when, { cause: error });
  }
}
