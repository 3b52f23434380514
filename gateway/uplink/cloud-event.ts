import { Reader, toHex } from "../../protocol/wire/bytes.ts";
import { LOG_HEAD_NONCE_BYTES } from "../../protocol/wire/commands.ts";
import type { EventKind, EventRow } from "../store/event-store.ts";
import { decodeLoss, type LossCause, lastSeqOf } from "../store/loss.ts";

/** A CloudEvent 1.0 in JSON form, as a batch carries it. */
export interface CloudEvent {
  specversion: "1.0";
  /** The same event, the same id (docs/events.md). */
  id: string;
  source: string;
  type: string;
  subject: string;
  /** RFC 3339: when it became durable at the gateway. */
  time: string;
  datacontenttype: "application/json";
  data: EventData;
}

/** `record` is the 48 bytes, `document` the signed head, `nonce` the backend's that it is over, all in base64. */
export type EventData = { lockId: string; generation: number } & (
  | { seq: number; record: string }
  | { seq: number; document: string; nonce?: string }
  | { fromSeq: number; toSeq: number; cause?: LossCause | "set-aside" }
);

export const BATCH_CONTENT_TYPE = "application/cloudevents-batch+json";

export function toCloudEvent(row: EventRow): CloudEvent {
  return cloudEvent(row, eventId(row), TYPES[row.kind], dataOf(row));
}

/** What is sent in the place of an event that was set aside, so that the log goes on behind it. */
export function toSetAsideReport(row: EventRow): CloudEvent {
  const toSeq = lastSeqOf(row);
  const data = { fromSeq: row.seq, toSeq, cause: "set-aside" } as const;
  return cloudEvent(row, `${placeId(row)}-${toSeq}-lost`, TYPES.lost, data);
}

/** `lockId-generation-seq` of a record, in hexadecimal and decimal; other kinds say more (docs/events.md). */
export function eventId(row: EventRow): string {
  switch (row.kind) {
    case "record":
      return placeId(row);
    case "head":
    case "gap":
      return `${placeId(row)}-${row.kind}`;
    case "asked-head":
      return `${placeId(row)}-head-${toHex(splitAskedHead(row.payload).nonce)}`;
    case "lost":
      return `${placeId(row)}-${lastSeqOf(row)}-lost`;
  }
}

/** The payload of an `asked-head`: the nonce that it is over, and the signed document. */
export function splitAskedHead(payload: Uint8Array): { nonce: Uint8Array; document: Uint8Array } {
  return { nonce: payload.subarray(0, LOG_HEAD_NONCE_BYTES), document: payload.subarray(LOG_HEAD_NONCE_BYTES) };
}

const TYPES: Readonly<Record<EventKind, string>> = {
  record: "se.portvakt.lock.record.v1",
  head: "se.portvakt.lock.head.v1",
  "asked-head": "se.portvakt.lock.head.v1",
  gap: "se.portvakt.lock.gap.v1",
  lost: "se.portvakt.lock.lost.v1",
};

function placeId({ lockId, generation, seq }: EventRow): string {
  return `${lockId}-${generation}-${seq}`;
}

type OwnData = EventData extends infer D ? (D extends EventData ? Omit<D, "lockId" | "generation"> : never) : never;

function cloudEvent(
  { lockId, generation, receivedAtMs }: EventRow,
  id: string,
  type: string,
  data: OwnData,
): CloudEvent {
  return {
    specversion: "1.0",
    id,
    source: `/locks/${lockId}`,
    type,
    subject: lockId,
    time: new Date(receivedAtMs).toISOString(),
    datacontenttype: "application/json",
    data: { lockId, generation, ...data } as EventData,
  };
}

function dataOf({ kind, seq, payload }: EventRow): OwnData {
  switch (kind) {
    case "record":
      return { seq, record: toBase64(payload) };
    case "head":
      return { seq, document: toBase64(payload) };
    case "asked-head": {
      const { nonce, document } = splitAskedHead(payload);
      return { seq, document: toBase64(document), nonce: toBase64(nonce) };
    }
    case "gap":
      return { fromSeq: seq, toSeq: new Reader(payload).uint32() };
    case "lost":
      return { fromSeq: seq, ...decodeLoss(payload) };
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}
