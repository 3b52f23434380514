import { type Charge, chargeOf, ofUse, type Work } from "./charge.ts";
import { BATTERY_MICROCOULOMB } from "./current-model.ts";

const DAY_MS = 24 * 3_600_000;

/** What a lock has drawn from its battery since the emulator began, and how long a fresh one would last it. */
interface Energy {
  readonly microcoulomb: Charge;
  readonly batteryDays: number;
}

/**
 * As if every day were like those so far; and as if the rest of the first were quiet, so that a minute of trying things out
 * is not taken for a day's use.
 */
export function energyOf(work: Work): Energy {
  const microcoulomb = chargeOf(work);
  const days = work.poweredMs / DAY_MS;
  const { standby, advertising } = chargeOf({ ...work, poweredMs: DAY_MS, radio: { ...work.radio, connectedMs: 0 } });
  const perDay = standby + advertising + ofUse(microcoulomb) / Math.max(1, days);
  return { microcoulomb, batteryDays: BATTERY_MICROCOULOMB / perDay };
}
