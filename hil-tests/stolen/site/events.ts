import type { CloudEvent, EventData } from "../../../gateway/uplink/cloud-event.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";

/** Where in which log an event is. */
interface Place {
  readonly lockId: Uint8Array;
  readonly generation: number;
  readonly seq: number;
}

/** A record as a gateway tells a backend of it (docs/events.md). */
export function recordEvent(place: Place, record: Uint8Array): CloudEvent {
  return eventAt(place, "record", "", { seq: place.seq, record: base64(record) });
}

/** A signed head as a gateway tells a backend of it. */
export function headEvent(place: Place, document: Uint8Array): CloudEvent {
  return eventAt(place, "head", "-head", { seq: place.seq, document: base64(document) });
}

/** The record in an event, if it is one. */
export function recordOf({ data }: CloudEvent): { generation: number; seq: number; record: Uint8Array } | undefined {
  if (!("record" in data)) return undefined;
  return { generation: data.generation, seq: data.seq, record: new Uint8Array(Buffer.from(data.record, "base64")) };
}

function eventAt({ lockId, generation, seq }: Place, kind: "record" | "head", idEnd: string, data: object): CloudEvent {
  const id = toHex(lockId);
  return {
    specversion: "1.0",
    id: `${id}-${generation}-${seq}${idEnd}`,
    source: `/locks/${id}`,
    type: `se.portvakt.lock.${kind}.v1`,
    subject: id,
    time: new Date(0).toISOString(),
    datacontenttype: "application/json",
    data: { lockId: id, generation, ...data } as EventData,
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
