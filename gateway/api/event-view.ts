import { type Static, Type } from "@fastify/type-provider-typebox";
import {
  decodeRecord,
  NO_SLOT,
  type RecordFields,
  RecordFlag,
  RecordType,
  recordTypeName,
} from "../../protocol/log/record.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { Reader, toHex } from "../../protocol/wire/bytes.ts";
import { isReason, reasonName } from "../../protocol/wire/reason.ts";
import type { EventRow } from "../store/event-store.ts";
import { decodeLoss } from "../store/loss.ts";
import { eventId, splitAskedHead } from "../uplink/cloud-event.ts";
import { hex, LockId, Time, timeText } from "./fields.ts";
import { cursorAt } from "./page.ts";

export const EventView = Type.Object(
  {
    cursor: Type.String({ description: "Pass it as `after` to get what follows" }),
    id: Type.String({ description: "As the backend gets it" }),
    lockId: LockId,
    generation: Type.Integer(),
    seq: Type.Integer({ description: "Of the record; of a gap or a loss the first that is missing" }),
    kind: Type.Enum(["record", "head", "gap", "lost"]),
    receivedAt: Time,
    type: Type.Optional(Type.Integer({ description: "Record type (protocol.md §9)" })),
    event: Type.Optional(Type.String({ description: "The record's type in words" })),
    time: Type.Optional(Type.String({ format: "date-time", description: "By the lock's clock" })),
    timeUncertain: Type.Optional(Type.Boolean()),
    byHand: Type.Optional(Type.Boolean({ description: "From the inside" })),
    result: Type.Optional(Type.Integer({ description: "0, or a reason (protocol.md §6); of an intent the action" })),
    reason: Type.Optional(Type.String({ description: "The result in words, if it is a reason" })),
    slot: Type.Optional(Type.Integer({ description: "The gateway's slot; absent if it was none" })),
    grantId: Type.Optional(hex(8, "The grant that it was done by")),
    record: Type.Optional(Type.String({ contentEncoding: "base64", description: "The record's 48 bytes" })),
    document: Type.Optional(Type.String({ contentEncoding: "base64", description: "The signed head of the log" })),
    toSeq: Type.Optional(Type.Integer({ description: "Of a gap or a loss the last that is missing" })),
    cause: Type.Optional(Type.Enum(["quota", "retention"], { description: "Why the gateway lost what was here" })),
  },
  {
    $id: "Event",
    description:
      "One event of a lock, the signed head of its log, or what is missing in it: at the lock already, or here",
    examples: [
      {
        cursor: "ZXZlbnRzIDEy",
        id: "0a1b2c3d4e5f6071-0-12",
        lockId: "0a1b2c3d4e5f6071",
        generation: 0,
        seq: 12,
        kind: "gap",
        receivedAt: "2027-01-07T12:00:00.000Z",
        toSeq: 14,
      },
    ],
  },
);

export type EventJson = Static<typeof EventView>;

export function eventView(event: EventRow): EventJson {
  const { lockId, generation, seq, kind, payload } = event;
  const common = {
    cursor: cursorAt("events", event.cursor),
    id: eventId(event),
    lockId,
    generation,
    seq,
    receivedAt: timeText(event.receivedAtMs),
  };
  switch (kind) {
    case "record":
      return { ...common, kind, ...recordMembers(payload), record: base64(payload) };
    case "head":
      return { ...common, kind, document: base64(payload) };
    case "asked-head":
      return { ...common, kind: "head", document: base64(splitAskedHead(payload).document) };
    case "gap":
      return { ...common, kind, toSeq: new Reader(payload).uint32() };
    case "lost":
      return { ...common, kind, ...decodeLoss(payload) };
  }
}

/** Empty for a record that can not be read: newer firmware may know types that we do not. */
function recordMembers(payload: Uint8Array): Partial<EventJson> {
  try {
    const record = decodeRecord(payload);
    const has = (flag: number) => (record.flags & flag) !== 0;
    const reason = reasonOf(record);
    const grantId = grantOf(record);
    return {
      type: record.type,
      event: eventName(record),
      time: timeText(record.time * 1000),
      timeUncertain: has(RecordFlag.timeUncertain),
      byHand: has(RecordFlag.byHand),
      result: record.result,
      ...(reason !== undefined && { reason }),
      ...(record.slot !== NO_SLOT && { slot: record.slot }),
      ...(grantId !== undefined && { grantId }),
    };
  } catch (error) {
    if (error instanceof ProtocolError) return {};
    throw error;
  }
}

function reasonOf(record: RecordFields): string | undefined {
  if (record.type === RecordType.intent || record.result === 0 || !isReason(record.result)) return undefined;
  return reasonName(record.result);
}

/** An intent's ref is the order's challenge; its grant stands in aux. */
function grantOf(record: RecordFields): string | undefined {
  const bytes = record.type === RecordType.intent ? record.aux : record.ref;
  return bytes.some((byte) => byte !== 0) ? toHex(bytes) : undefined;
}

function eventName(record: RecordFields): string {
  return NAMES_BY_N[record.type]?.[record.n] ?? recordTypeName(record.type);
}

/** Types that cover several events tell them apart by `n`. */
const NAMES_BY_N: { readonly [type: number]: readonly string[] } = {
  [RecordType.battery]: ["battery low", "battery replaced"],
  [RecordType.paired]: ["paired", "unpaired"],
  [RecordType.firmware]: ["firmware begun", "firmware applied", "firmware confirmed", "firmware reverted"],
  [RecordType.hold]: ["hold on", "hold off"],
  [RecordType.privacy]: ["privacy on", "privacy off"],
  [RecordType.permission]: ["courier session", "pairing permitted", "issuer key changed"],
};

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
