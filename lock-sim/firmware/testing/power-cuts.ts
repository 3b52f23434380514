import type { BenchLock } from "./bench-lock.ts";

/**
 * Makes a lock, cuts its power at the nth flash operation of `action`, for every n there is, and boots it again for `check`. The last
 * time nothing is cut. `prepare` must do the same every time.
 */
export function atEveryFlashOperation<T>(
  prepare: () => { bench: BenchLock; prepared: T },
  action: (bench: BenchLock, prepared: T) => void,
  check: (bench: BenchLock, prepared: T, wasCut: boolean) => void,
): void {
  for (let n = 1, wasCut = true; wasCut; n++) {
    const { bench, prepared } = prepare();
    bench.flash.powerCutAtOperation(n);
    action(bench, prepared);
    wasCut = bench.lock.firmware === undefined;
    bench.reboot();
    try {
      check(bench, prepared, wasCut);
    } catch (error) {
      throw new Error(wasCut ? `after a power cut at flash operation ${n}` : "after no power cut", { cause: error });
    }
  }
}
