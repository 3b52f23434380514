import { Chance } from "./chance.ts";
import { FAULT_KINDS, type FaultKind } from "./faults/kinds.ts";

export type CarrierKind = "tcp" | "serial";

export interface LockPlan {
  site: number;
  carrier: CarrierKind;
  ppm: number;
  /** How often a frame, or a chunk of bytes, meets a fault of its link. */
  faultShare: number;
  residents: number;
  carers: number;
  /** Between two things that somebody does at this door. */
  visitEveryMs: number;
}

export interface SitePlan {
  ppm: number;
  pollMs: number;
  staleAfterDays: number;
  batchMax: number;
  hasUplink: boolean;
}

/** A world as its seed draws it. Which faults there are is drawn too: some faults hide others. */
export interface Plan {
  seed: number;
  hours: number;
  sites: SitePlan[];
  locks: LockPlan[];
  faults: ReadonlySet<FaultKind>;
  /** Between two faults at one place, where faults do not come frame by frame. */
  faultEveryMs: number;
}

export interface PlanOptions {
  seed: number;
  /** As long as the pace of this world asks for if absent. */
  hours?: number;
  /** Drawn if absent. */
  locks?: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** So that no world keeps a soak for minutes: of a large one there is less to be seen in a month than of many small ones. */
const LOCK_HOURS_MAX = 6_000;
const HOURS_MIN = 48;
const SITES_MAX = 3;
const LOCKS_MAX = 50;

/** How much happens in a world. */
interface Pace {
  visitEveryMs: number;
  faultEveryMs: number;
  /** A gateway polls its locks at one of these intervals. */
  pollsMs: readonly [number, ...number[]];
  hours: number;
}

/** Of a busy world two days show as much as months of a calm one. */
const PACES: readonly [Pace, ...Pace[]] = [
  { visitEveryMs: 30 * MINUTE_MS, faultEveryMs: 4 * HOUR_MS, pollsMs: [10 * MINUTE_MS, HOUR_MS], hours: 48 },
  { visitEveryMs: 6 * HOUR_MS, faultEveryMs: DAY_MS, pollsMs: [HOUR_MS, 6 * HOUR_MS], hours: 400 },
  { visitEveryMs: DAY_MS, faultEveryMs: 7 * DAY_MS, pollsMs: [6 * HOUR_MS, 12 * HOUR_MS], hours: 2_500 },
];

/** Small worlds are drawn more often: they go through more hours in the same time. */
function drawLocks(chance: Chance): number {
  return chance.happens(0.2) ? chance.between(11, LOCKS_MAX) : chance.between(1, 10);
}

export function drawPlan({ seed, hours, locks }: PlanOptions): Plan {
  const chance = new Chance(`plan ${seed}`);
  const drawn = drawLocks(chance);
  const count = locks ?? drawn;
  const { visitEveryMs, faultEveryMs, pollsMs, hours: enough } = chance.pick(PACES);
  const siteCount = chance.between(1, Math.min(SITES_MAX, count));
  const sites = Array.from({ length: siteCount }, () => drawSite(chance, pollsMs));
  const faultShare = chance.pick([0, 0.001, 0.01, 0.05]);
  return {
    seed,
    hours: hours ?? Math.max(HOURS_MIN, Math.min(enough, Math.ceil(LOCK_HOURS_MAX / count))),
    sites,
    locks: Array.from({ length: count }, (_, i) => ({
      site: i % sites.length,
      carrier: chance.happens(0.3) ? "serial" : "tcp",
      ppm: chance.between(-150, 150),
      faultShare,
      residents: chance.between(1, 3),
      carers: chance.between(0, 2),
      visitEveryMs,
    })),
    faults: new Set(FAULT_KINDS.filter(() => chance.happens(0.6))),
    faultEveryMs,
  };
}

function drawSite(chance: Chance, pollsMs: Pace["pollsMs"]): SitePlan {
  return {
    ppm: chance.between(-80, 80),
    pollMs: chance.pick(pollsMs),
    staleAfterDays: chance.pick([0, 1, 7, 30]),
    batchMax: chance.pick([1, 10, 100]),
    hasUplink: chance.happens(0.8),
  };
}
