import type { Chance } from "../chance.ts";
import type { SimSite } from "../sim-site.ts";
import type { FaultKind } from "./kinds.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const STATEMENTS_MAX = 30;
/** As a Pi without a battery for its clock begins. */
const NO_TIME_MS = Date.UTC(1970, 0, 1);

/** What goes wrong with a gateway and its machine. `note` says that it does, at the moment it does. */
export function strikeGateway(site: SimSite, fault: FaultKind, chance: Chance, note: () => void, trueMs: number): void {
  if (!site.process) return;
  const offMs = chance.pick([SECOND_MS, 60 * SECOND_MS, HOUR_MS, 12 * HOUR_MS, 48 * HOUR_MS]);
  switch (fault) {
    case "gateway-killed-at-await":
      note();
      site.kill(chance.around(SECOND_MS));
      return;
    case "gateway-killed-at-statement":
      site.process.killAtStatement(chance.between(1, STATEMENTS_MAX), () => {
        note();
        site.kill(chance.around(SECOND_MS));
      });
      return;
    case "gateway-power-cut":
      note();
      site.kill(offMs);
      return;
    case "gateway-without-time":
      note();
      site.kill(offMs, () => {
        site.clock.setWall(NO_TIME_MS);
        site.setTimeIn(chance.around(2 * HOUR_MS));
      });
      return;
    case "gateway-stopped":
      note();
      site.stop(offMs);
      return;
    case "gateway-restored":
      if (!site.hasBackup || chance.happens(0.5)) site.backUp();
      else {
        note();
        site.restore();
      }
      return;
    case "gateway-clock-step":
      note();
      site.clock.setWall(trueMs + chance.between(-HOUR_MS, HOUR_MS) * chance.pick([1, 24]));
      site.setTimeIn(chance.around(12 * HOUR_MS));
      return;
    default:
      return;
  }
}

export const GATEWAY_FAULTS: readonly FaultKind[] = [
  "gateway-killed-at-await",
  "gateway-killed-at-statement",
  "gateway-power-cut",
  "gateway-without-time",
  "gateway-stopped",
  "gateway-restored",
  "gateway-clock-step",
];
