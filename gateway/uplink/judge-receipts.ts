import { Reader } from "../../protocol/wire/bytes.ts";
import type { EventRow } from "../store/event-store.ts";
import type { LogPlace } from "./backend-answer.ts";

/** What may be believed of a backend's answer to one lock's batch. */
export interface Judgement {
  /** By generation, the last seq that is safe now. */
  durable: Map<number, number>;
  /** The last event of the batch before the first that is not safe yet; undefined if that is the first. */
  deliveredCursor: number | undefined;
  /** One sentence for each receipt that can not be true. */
  lies: string[];
}

/**
 * Weighs the receipts for a batch of one lock against what was sent in it. Only a receipt for this lock, for a generation in
 * the batch, not beyond what is here to be sent (`heldThrough`) and not behind what the backend had said before (`durableBefore`)
 * counts, and only for what was sent: a gateway whose database was put back may find a backend that is ahead of it.
 */
export function judgeReceipts(
  batch: readonly EventRow[],
  receipts: readonly LogPlace[],
  durableBefore: (generation: number) => number,
  heldThrough: (generation: number) => number,
): Judgement {
  const sent = new Map<number, number>();
  for (const row of batch) sent.set(row.generation, Math.max(sent.get(row.generation) ?? 0, lastSeqOf(row)));
  const durable = new Map([...sent.keys()].map((generation) => [generation, durableBefore(generation)]));
  const lies: string[] = [];
  for (const receipt of receipts) {
    const { generation, seq } = receipt;
    const lie = whatIsWrong(receipt, batch[0]?.lockId, sent, durable, heldThrough);
    if (lie) lies.push(lie);
    else durable.set(generation, Math.min(seq, sent.get(generation) ?? 0));
  }
  const firstUnsafe = batch.findIndex((row) => lastSeqOf(row) > (durable.get(row.generation) ?? 0));
  const deliveredCursor = batch.at(firstUnsafe === -1 ? -1 : firstUnsafe - 1)?.cursor;
  return { durable, deliveredCursor: firstUnsafe === 0 ? undefined : deliveredCursor, lies };
}

function whatIsWrong(
  { lockId, generation, seq }: LogPlace,
  sentLockId: string | undefined,
  sent: ReadonlyMap<number, number>,
  durable: ReadonlyMap<number, number>,
  heldThrough: (generation: number) => number,
): string | undefined {
  const sentThrough = lockId === sentLockId ? sent.get(generation) : undefined;
  if (sentThrough === undefined) return "a receipt for a lock or generation that was not sent";
  if (seq > Math.max(sentThrough, heldThrough(generation)))
    return `a receipt through ${seq} when only ${sentThrough} was sent`;
  const before = durable.get(generation) ?? 0;
  if (seq < before) return `a receipt through ${seq} after one through ${before}`;
  return undefined;
}

/** The last record that must be safe for the event to be. */
function lastSeqOf({ kind, seq, payload }: EventRow): number {
  return kind === "gap" ? new Reader(payload).uint32() : seq;
}
