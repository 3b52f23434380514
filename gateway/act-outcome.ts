import type { Suite } from "../crypto/suite.ts";
import type { Action } from "../protocol/documents/order.ts";
import { verifyChain } from "../protocol/log/chain.ts";
import { type LogRecord, RecordType } from "../protocol/log/record.ts";
import { equalBytes } from "../protocol/wire/bytes.ts";
import { UINT_MAX } from "../protocol/wire/cbor-shape.ts";
import { Reason } from "../protocol/wire/reason.ts";
import { READ_LOG_RECORDS_MAX } from "../protocol/wire/responses.ts";
import type { ActOutcome } from "./api/services.ts";
import { granted, LockDisagrees } from "./link/lock-disagrees.ts";
import type { LockSession } from "./link/lock-session.ts";
import type { LogEnd } from "./link/lock-word.ts";

/** More than any lock has room for; one that shows more would keep an order waiting for ever. */
const RECORDS_MAX = 4_096;

/** All records after `after`, verified to follow it. Throws LockDisagrees if they do not, or do not end. */
export async function readLogAfter(suite: Suite, session: LockSession, after: LogEnd): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let end = after; ; ) {
    if (records.length > RECORDS_MAX) throw new LockDisagrees("the lock's log has no end");
    if (end.seq === UINT_MAX) throw new LockDisagrees("the lock's log is at the last number there is");
    const fromSeq = end.seq + 1;
    const response = await session.command({ name: "readLog", fromSeq, max: READ_LOG_RECORDS_MAX });
    const batch = granted("to show its log", response);
    const verified = verifyChain(suite, end.head, fromSeq, batch.records);
    if (batch.firstSeq !== fromSeq || !verified.ok) throw new LockDisagrees(`the lock's log breaks at ${fromSeq}`);
    if (verified.records.length === 0) return records;
    records.push(...verified.records);
    end = { seq: verified.lastSeq, head: verified.head };
  }
}

/** An order as the log shows it: its INTENT names it, and the DONE of the same slot follows (protocol.md §9). */
export type Trace =
  | { kind: "absent" }
  /** INTENT without DONE: the bolt is on its way. */
  | { kind: "acting" }
  | { kind: "ended"; result: Reason; seq: number };

/**
 * `refs`: what the INTENT may name the order by, its challenge or the tag of its S1. Another order over the same challenge may
 * have overtaken one that was lost, so the action, which an INTENT has as its result, has to be the order's too.
 */
export function traceOf(records: readonly LogRecord[], action: Action, refs: readonly Uint8Array[]): Trace {
  const isOurs = ({ type, result, ref }: LogRecord) =>
    type === RecordType.intent && result === action && refs.some((own) => equalBytes(ref, own));
  const at = records.findIndex(isOurs);
  const intent = records[at];
  if (!intent) return { kind: "absent" };
  const done = records.slice(at + 1).find(({ type, slot }) => type === RecordType.done && slot === intent.slot);
  return done ? { kind: "ended", result: done.result as Reason, seq: done.seq } : { kind: "acting" };
}

/** What a refusal, or a DONE that is not 0, says to a person. */
export function outcomeOf(reason: Reason): ActOutcome {
  if (reason !== Reason.outcomeUnknown) return { kind: "refused", reason };
  return { kind: "unknown", message: "The lock lost power while it acted: whether the bolt moved is not known." };
}
