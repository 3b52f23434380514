import { toHex } from "../../protocol/wire/bytes.ts";
import { gatewayIdOf } from "../issuer/authority.ts";
import type { LockStore } from "../store/lock-store.ts";
import type { BackendAnswer } from "../uplink/backend-answer.ts";
import type { World } from "../world.ts";
import { type LockReportParts, lockReport } from "./lock-report.ts";
import { isReporting, Reporter } from "./reporter.ts";

export interface ReportedParts extends Omit<LockReportParts, "suite" | "gatewayId"> {
  locks: LockStore;
  /** What the backend says in answer to reports. */
  heard: (answer: BackendAnswer) => void;
}

/** Undefined where nobody is to hear how it stands with the locks, or the uplink has no way to tell it. */
export function composeReporter(
  { suite, clock, random, log, authority, uplink }: Omit<World, "transport">,
  { heard, ...parts }: ReportedParts,
): Reporter | undefined {
  if (!uplink || uplink.hasReports === false || !isReporting(uplink.to)) return undefined;
  const gatewayId = toHex(gatewayIdOf(suite, authority));
  return new Reporter({
    uplink: uplink.to,
    clock,
    random,
    log,
    gatewayId,
    lockIds: () => parts.locks.list().map(({ lockId }) => lockId),
    report: (lockId) => lockReport({ ...parts, suite, gatewayId }, lockId),
    heard,
  });
}
