import { auxOf } from "../../protocol/log/aux.ts";
import { NO_SLOT, RecordType } from "../../protocol/log/record.ts";
import type { Reason } from "../../protocol/wire/reason.ts";
import type { Parts } from "./parts.ts";

/** Somebody was refused. */
export interface Refusal {
  /** Type 6, or 11 for a wrong PIN. */
  readonly type?: typeof RecordType.refused | typeof RecordType.wrongTry;
  /** Absent: nobody's; at the door, or a bearer's. */
  readonly slot?: number;
  readonly reason: Reason;
  /** Absent: nobody knows. */
  readonly grantId?: Uint8Array | undefined;
  /** A bearer in PASS whose grant did not verify. */
  readonly isStranger?: boolean;
}

/** Writes a refusal down, or counts it for the next one's record (protocol.md §9). */
export function recordRefusal({ refusals, log, hal }: Parts, refusal: Refusal): void {
  const { type = RecordType.refused, slot = NO_SLOT, reason, grantId, isStranger = false } = refusal;
  const noted = refusals.note(slot, isStranger, hal.uptime.milliseconds());
  if (noted.kind === "counted") return;
  const aux = auxOf({ value: noted.unrecorded });
  log.append({ type, slot, result: reason, ...(grantId && { ref: grantId }), aux });
}
