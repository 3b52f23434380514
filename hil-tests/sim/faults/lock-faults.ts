import type { Clock } from "../../../protocol/clock.ts";
import type { Chance } from "../chance.ts";
import type { SimLock } from "../sim-lock.ts";
import type { FaultKind } from "./kinds.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const FLASH_OPERATIONS_MAX = 40;
const LOW_MILLIVOLT = 4_300;
const FRESH_MILLIVOLT = 6_000;

export const LOCK_FAULTS: readonly FaultKind[] = [
  "lock-power-cut",
  "lock-power-cut-in-flash",
  "lock-clock-step",
  "lock-clock-lost",
  "bolt-jammed",
  "battery-low",
  "flash-rot",
];

/** What goes wrong with a lock. `note` says that it does. */
export function strikeLock(
  { lock, rot }: SimLock,
  fault: FaultKind,
  chance: Chance,
  clock: Clock,
  note: () => void,
): void {
  const offMs = chance.pick([10, 2_000, MINUTE_MS, 6 * HOUR_MS]);
  switch (fault) {
    case "lock-power-cut":
      note();
      lock.powerCycle(offMs);
      return;
    case "lock-power-cut-in-flash":
      note();
      lock.cutPowerAtFlashOperation(chance.between(1, FLASH_OPERATIONS_MAX), offMs);
      return;
    case "lock-clock-step":
      note();
      lock.hardware.rtc.step(chance.between(-HOUR_MS, HOUR_MS));
      return;
    case "lock-clock-lost":
      note();
      lock.disturb(({ rtc }) => rtc.lose());
      return;
    case "bolt-jammed":
      note();
      lock.disturb(({ bolt }) => bolt.jam(true));
      clock.schedule(chance.around(5 * MINUTE_MS), () => lock.disturb(({ bolt }) => bolt.jam(false)));
      return;
    case "battery-low":
      note();
      lock.setBattery(LOW_MILLIVOLT);
      clock.schedule(chance.around(24 * HOUR_MS), () => lock.setBattery(FRESH_MILLIVOLT));
      return;
    case "flash-rot":
      if (rot.strike(lock.hardware.flash, chance)) note();
      return;
    default:
      return;
  }
}
