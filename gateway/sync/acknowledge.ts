import { fromHex } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { HEAD_BYTES } from "../../protocol/wire/responses.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { granted } from "../link/lock-disagrees.ts";
import type { EventStore } from "../store/event-store.ts";
import type { Talk } from "./talk.ts";

export interface AcknowledgeParts {
  events: EventStore;
  issuer: Issuer;
  /** With an uplink a record is safe when the backend has it, else when it is durable here. */
  hasUplink: boolean;
}

/**
 * Tells a lock which records it may forget: those that are safe and that its own signed head covers (ACK LOG,
 * protocol.md §6). Throws LockDisagrees if the lock has another record there.
 */
export async function acknowledge(talk: Talk, parts: AcknowledgeParts, lockId: string): Promise<void> {
  const { events, issuer } = parts;
  for (const generation of events.generations(lockId)) {
    const seq = Math.min(safeThrough(parts, lockId, generation), events.headThrough(lockId, generation));
    if (seq <= events.ackedThrough(lockId, generation)) continue;
    const record = events.record(lockId, generation, seq);
    // The backend's receipt may end in a gap; a later one will not.
    if (!record) continue;
    const receipt = await issuer.signReceipt({
      lockId: fromHex(lockId),
      generation,
      seq,
      head: record.slice(-HEAD_BYTES),
    });
    const response = await talk((session) => session.command({ name: "ackLog", receipt }));
    // The lock may have recycled the record by itself: there is nothing left to acknowledge.
    const isGone = !response.ok && response.refusal.reason === Reason.notFound;
    if (!isGone) granted("the receipt for its records", response);
    await events.setAckedThrough(lockId, generation, seq);
  }
}

function safeThrough({ events, hasUplink }: AcknowledgeParts, lockId: string, generation: number): number {
  if (hasUplink) return events.durableThrough(lockId, generation);
  return events.positionIn(lockId, generation)?.seq ?? 0;
}
