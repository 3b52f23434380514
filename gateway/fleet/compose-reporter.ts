import type { LockStore } from "../store/lock-store.ts";
import type { BackendAnswer } from "../uplink/backend-answer.ts";
import type { World } from "../world.ts";
import { type LockReportParts, lockReport } from "./lock-report.ts";
import { isReporting, Reporter } from "./reporter.ts";

export interface ReportedParts extends LockReportParts {
  locks: LockStore;
}

/** Undefined where nobody is to hear how it stands with the locks, or the uplink has no way to tell it. */
export function composeReporter(
  { clock, random, log, uplink }: Pick<World, "clock" | "random" | "log" | "uplink">,
  parts: ReportedParts,
  /** Takes what the backend says in answer to reports. */
  heard: (answer: BackendAnswer) => void,
): Reporter | undefined {
  if (!uplink || uplink.hasReports === false || !isReporting(uplink.to)) return undefined;
  return new Reporter({
    uplink: uplink.to,
    clock,
    random,
    log,
    gatewayId: parts.gatewayId,
    lockIds: () => parts.locks.list().map(({ lockId }) => lockId),
    report: (lockId) => lockReport(parts, lockId),
    heard,
  });
}
