import { fromHex } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { HEAD_BYTES } from "../../protocol/wire/responses.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { granted } from "../link/lock-disagrees.ts";
import type { EventStore } from "../store/event-store.ts";
import type { CarriedReceipts } from "./carried-receipts.ts";
import type { Talk } from "./talk.ts";

export interface AcknowledgeParts {
  events: EventStore;
  /** Undefined where the issuer is elsewhere: then its receipts alone count. */
  receiptSigner: Pick<Issuer, "signReceipt"> | undefined;
  /** What a backend's issuer has signed goes before what is signed here. */
  carriedReceipts: Pick<CarriedReceipts, "get">;
  /** With an uplink a record is safe when the backend has it, else when it is durable here. */
  hasUplink: boolean;
}

/**
 * Tells a lock which records it may forget: those that are safe and that its own signed head covers (ACK LOG,
 * protocol.md §6). Throws LockDisagrees if the lock has another record there.
 */
export async function acknowledge(talk: Talk, parts: AcknowledgeParts, lockId: string): Promise<void> {
  const { events } = parts;
  for (const generation of events.generations(lockId)) {
    const carried = parts.carriedReceipts.get(lockId, generation);
    const ready = await readyReceipt(parts, lockId, generation, carried);
    if (!ready) continue;
    const { seq, receipt } = ready;
    const response = await talk((session) => session.command({ name: "ackLog", receipt }));
    // The issuer signed it before it heard that the lock has its new key; the next one is under that.
    const isOutrun = receipt === carried?.document && !response.ok && response.refusal.reason === Reason.unknownKey;
    if (isOutrun) continue;
    // The lock may have recycled the record by itself: there is nothing left to acknowledge.
    const isGone = !response.ok && response.refusal.reason === Reason.notFound;
    if (!isGone) granted("the receipt for its records", response);
    await events.setAckedThrough(lockId, generation, seq);
  }
}

/** The receipt that takes the lock furthest, if it takes it anywhere. */
async function readyReceipt(
  parts: AcknowledgeParts,
  lockId: string,
  generation: number,
  carried: { seq: number; document: Uint8Array } | undefined,
): Promise<{ seq: number; receipt: Uint8Array } | undefined> {
  const { events, receiptSigner } = parts;
  const acked = events.ackedThrough(lockId, generation);
  const seq = Math.min(safeThrough(parts, lockId, generation), events.headThrough(lockId, generation));
  if (carried && carried.seq >= seq && carried.seq > acked) return { seq: carried.seq, receipt: carried.document };
  if (!receiptSigner || seq <= acked) return undefined;
  const record = events.record(lockId, generation, seq);
  // The backend's receipt may end in a gap; a later one will not.
  if (!record) return undefined;
  const head = record.slice(-HEAD_BYTES);
  return { seq, receipt: await receiptSigner.signReceipt({ lockId: fromHex(lockId), generation, seq, head }) };
}

function safeThrough({ events, hasUplink }: AcknowledgeParts, lockId: string, generation: number): number {
  if (hasUplink) return events.durableThrough(lockId, generation);
  return events.positionIn(lockId, generation)?.seq ?? 0;
}
