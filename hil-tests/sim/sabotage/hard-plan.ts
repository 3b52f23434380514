import { FAULT_KINDS } from "../faults/kinds.ts";
import { drawPlan, type Plan } from "../plan.ts";

const MINUTE_MS = 60_000;
const HOURS = 72;
const LOCKS = 3;

/**
 * A small world in which everything goes wrong that can, again and again, and people come and go all the time: what is broken shows
 * soon. Its seed draws the rest.
 */
export function hardPlan(seed: number): Plan {
  const plan = drawPlan({ seed, hours: HOURS, locks: LOCKS });
  return {
    ...plan,
    // A roster that can be stale hides what an uncertain clock alone must refuse.
    sites: plan.sites.map((site) => ({ ...site, staleAfterDays: seed % 2, hasUplink: true })),
    locks: plan.locks.map((lock) => ({
      ...lock,
      residents: 2,
      carers: 20,
      visitEveryMs: 20 * MINUTE_MS,
      faultShare: 0.01,
    })),
    faults: new Set(FAULT_KINDS),
    faultEveryMs: 90 * MINUTE_MS,
  };
}
