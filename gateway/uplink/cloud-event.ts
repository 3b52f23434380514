import { Reader } from "../../protocol/wire/bytes.ts";
import type { EventRow } from "../store/event-store.ts";

/** A CloudEvent 1.0 in JSON form, as a batch carries it. */
export interface CloudEvent {
  specversion: "1.0";
  /** `lockId-generation-seq` in hexadecimal and decimal, for heads and gaps with their kind: the same event, the same id. */
  id: string;
  source: string;
  type: string;
  subject: string;
  /** RFC 3339: when it became durable at the gateway. */
  time: string;
  datacontenttype: "application/json";
  data: EventData;
}

/** `record` is the 48 bytes, `document` the signed head, both in base64. */
export type EventData = { lockId: string; generation: number } & (
  | { seq: number; record: string }
  | { seq: number; document: string }
  | { fromSeq: number; toSeq: number }
);

export const BATCH_CONTENT_TYPE = "application/cloudevents-batch+json";

export function toCloudEvent(row: EventRow): CloudEvent {
  const { lockId, generation, seq, kind } = row;
  const suffix = kind === "record" ? "" : `-${kind}`;
  return {
    specversion: "1.0",
    id: `${lockId}-${generation}-${seq}${suffix}`,
    source: `/locks/${lockId}`,
    type: `se.portvakt.lock.${kind}.v1`,
    subject: lockId,
    time: new Date(row.receivedAtMs).toISOString(),
    datacontenttype: "application/json",
    data: { lockId, generation, ...dataOf(row) },
  };
}

function dataOf({ kind, seq, payload }: EventRow) {
  switch (kind) {
    case "record":
      return { seq, record: toBase64(payload) };
    case "head":
      return { seq, document: toBase64(payload) };
    case "gap":
      return { fromSeq: seq, toSeq: new Reader(payload).uint32() };
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}
