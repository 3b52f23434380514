import type { EventRow } from "../store/event-store.ts";
import { lastSeqOf } from "../store/loss.ts";
import type { BackendAnswer, EventResult, LogPlace } from "./backend-answer.ts";

/** An event of a batch, with the id under which the backend knows it. */
export interface SentEvent {
  row: EventRow;
  /** Undefined if nothing is sent for it: it is passed over. */
  id: string | undefined;
}

/** What may be believed of a backend's answer to one lock's batch. */
export interface Judgement {
  /** By generation, the last seq that is safe now. */
  durable: Map<number, number>;
  /** The last event of the batch that need not be sent again, all before it included; undefined if there is none. */
  deliveredCursor: number | undefined;
  /** The event behind `deliveredCursor`, if the backend will never take it. */
  rejected: { row: EventRow; code: string } | undefined;
  /** One sentence for each statement that can not be true. */
  lies: string[];
}

export interface KnownPlaces {
  /** Through which seq the backend had a generation before. */
  durableBefore: (generation: number) => number;
  /** Through which seq a generation is here to be sent. */
  heldThrough: (generation: number) => number;
}

/**
 * Weighs an answer to a batch of one lock against what was sent in it. Only results for its events and receipts for its
 * generations count; no receipt beyond what is here to be sent, none behind what the backend had said before, and only for what
 * was sent: a gateway whose database was put back may find a backend that is ahead of it.
 */
export function judgeAnswer(batch: readonly SentEvent[], answer: BackendAnswer, known: KnownPlaces): Judgement {
  const lies: string[] = [];
  const results = believedResults(batch, answer.results ?? [], lies);
  const said = believedReceipts(batch, answer.durableThrough ?? [], known, lies);
  const isSafe = ({ id, row }: SentEvent) => {
    if (id === undefined) return true;
    switch (results.get(id)?.outcome) {
      case "accepted":
      case "duplicate":
        return true;
      case "rejected":
      case "retry":
        return false;
      case undefined:
        return lastSeqOf(row) <= (said.get(row.generation) ?? -1);
    }
  };
  const firstUnsafe = batch.find((event) => !isSafe(event));
  const deliveredCursor = firstUnsafe ? batch[batch.indexOf(firstUnsafe) - 1]?.row.cursor : batch.at(-1)?.row.cursor;
  const result = firstUnsafe?.id === undefined ? undefined : results.get(firstUnsafe.id);
  const durable = new Map<number, number>();
  for (const { row } of batch) {
    // The backend can not have for good what it does not take.
    const end =
      result && row.generation === firstUnsafe?.row.generation ? firstUnsafe.row.seq - 1 : Number.POSITIVE_INFINITY;
    const through = Math.min(said.get(row.generation) ?? 0, end);
    durable.set(row.generation, Math.max(known.durableBefore(row.generation), through));
  }
  const isRejected = firstUnsafe && result?.outcome === "rejected";
  const rejected = isRejected ? { row: firstUnsafe.row, code: result.code ?? "no reason given" } : undefined;
  return { durable, deliveredCursor, rejected, lies };
}

function believedResults(
  batch: readonly SentEvent[],
  results: readonly EventResult[],
  lies: string[],
): Map<string, EventResult> {
  const sent = new Set(batch.map(({ id }) => id));
  const believed = new Map<string, EventResult>();
  for (const result of results) {
    const before = believed.get(result.id);
    if (!sent.has(result.id)) lies.push("a result for an event that was not sent");
    else if (before && before.outcome !== result.outcome) lies.push(`two results for ${result.id}`);
    else believed.set(result.id, result);
  }
  return believed;
}

/** By generation, through which seq the receipts speak of what was sent. */
function believedReceipts(
  batch: readonly SentEvent[],
  receipts: readonly LogPlace[],
  known: KnownPlaces,
  lies: string[],
): Map<number, number> {
  const sent = new Map<number, number>();
  for (const { row } of batch) sent.set(row.generation, Math.max(sent.get(row.generation) ?? 0, lastSeqOf(row)));
  const said = new Map<number, number>();
  for (const receipt of receipts) {
    const { generation, seq } = receipt;
    const sentThrough = receipt.lockId === batch[0]?.row.lockId ? sent.get(generation) : undefined;
    const before = said.get(generation) ?? known.durableBefore(generation);
    const lie = whatIsWrong(seq, sentThrough, before, known.heldThrough(generation));
    if (lie) lies.push(lie);
    else said.set(generation, Math.min(seq, sentThrough ?? 0));
  }
  return said;
}

function whatIsWrong(seq: number, sentThrough: number | undefined, before: number, held: number): string | undefined {
  if (sentThrough === undefined) return "a receipt for a lock or generation that was not sent";
  if (seq > Math.max(sentThrough, held)) return `a receipt through ${seq} when only ${sentThrough} was sent`;
  if (seq < before) return `a receipt through ${seq} after one through ${before}`;
  return undefined;
}
