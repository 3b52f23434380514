import { signLogHead } from "../../../protocol/documents/log-head.ts";
import { verifyReceipt } from "../../../protocol/documents/receipt.ts";
import { RECORD_BYTES } from "../../../protocol/log/record.ts";
import { equalBytes } from "../../../protocol/wire/bytes.ts";
import type { Command } from "../../../protocol/wire/commands.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { READ_LOG_RECORDS_MAX, type Response } from "../../../protocol/wire/responses.ts";
import type { Parts } from "../parts.ts";
import type { LogPosition } from "../storage/log-store.ts";
import { refuse } from "./refuse.ts";

type Of<N extends Command["name"]> = Extract<Command, { name: N }>;

export function readLog(parts: Parts, { fromSeq, max, generation }: Of<"readLog">): Response<"readLog"> {
  const position = newestOf(parts, generation);
  if (!position) return refuse(Reason.notFound);
  const value = parts.store.read(position.generation, fromSeq, Math.min(max, READ_LOG_RECORDS_MAX));
  const count = value.records.length / RECORD_BYTES;
  if (count > 0) parts.beacon.shown(position.generation, value.firstSeq + count - 1);
  return { ok: true, value };
}

export function logHead(parts: Parts, { nonce, generation }: Of<"logHead">): Response<"logHead"> {
  const position = newestOf(parts, generation);
  if (!position) return refuse(Reason.notFound);
  const { label, sigKey } = parts.identity;
  const head = { lockId: label.lockId, ...position, time: parts.clock.now(), nonce };
  return { ok: true, value: { document: signLogHead(parts.suite, sigKey, head) } };
}

/** A receipt is the one thing that lets the lock forget records (protocol.md §7). */
export function ackLog({ suite, identity, trust, store }: Parts, { receipt }: Of<"ackLog">): Response<"ackLog"> {
  const verified = verifyReceipt(suite, receipt, trust.issuerPk!);
  if (!verified.ok) return refuse(verified.reason);
  const { lockId, generation, seq, head } = verified.value;
  if (!equalBytes(lockId, identity.label.lockId)) return refuse(Reason.wrongLock);
  const ours = seq === 0 ? undefined : store.headAt(generation, seq);
  if (!ours) return refuse(Reason.notFound);
  if (!equalBytes(head, ours)) return refuse(Reason.digestMismatch);
  store.acknowledge(generation, seq);
  return { ok: true, value: {} };
}

/** The newest record of a generation, the current one if none is named; undefined if nothing of it is here. */
function newestOf({ store, log }: Parts, generation: number | undefined): LogPosition | undefined {
  if (generation === undefined || generation === log.position.generation) return log.position;
  const span = store.spans().find((candidate) => candidate.generation === generation);
  const head = span && store.headAt(generation, span.lastSeq);
  return span && head && { generation, seq: span.lastSeq, head };
}
