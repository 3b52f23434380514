import { type Static, Type } from "typebox";
import { type LogRecord, type RecordType, recordTypeName } from "../../protocol/log/record.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { isReason, reasonName } from "../../protocol/wire/reason.ts";
import type { LogStore } from "../firmware/storage/log-store.ts";
import { closed, count, hex } from "./fields.ts";

/** A record of the log in words (protocol.md §9). */
export const LogRecordView = closed(
  {
    generation: count("How many factory resets there were before it"),
    seq: Type.Integer({ minimum: 1, description: "From 1 in each generation" }),
    time: count("Seconds since 1970 by the lock's clock"),
    type: count("Its number in docs/protocol.md §9"),
    event: Type.String({ description: "What happened, in words" }),
    slot: count("The gateway's slot; 255: no gateway's"),
    result: count("0, or the reason of docs/protocol.md §6; of an intent the action"),
    why: Type.Optional(Type.String({ description: "The reason in words, where there is one" })),
    flags: count("1 time uncertain, 2 by hand from the inside, 4 emergency"),
    n: count("RESUME's counter, or which of the type's events it is"),
    ref: hex(8, "Grant id, zeros if there is none"),
    aux: hex(8, "What the type says besides"),
    h: hex(16, "Chains it to all records before it"),
  },
  "A record of the lock's log",
);
export type LogRecordView = Static<typeof LogRecordView>;

/** Where a record stands in the log. */
export interface LogPlace {
  readonly generation: number;
  readonly seq: number;
}

const INTENT = 2;

/** Types that are more than one event: `n` says which (protocol.md §9). */
const EVENTS_BY_N: Readonly<Partial<Record<RecordType, readonly string[]>>> = {
  14: ["battery low", "battery replaced"],
  16: ["paired", "unpaired"],
  19: ["firmware begun", "firmware applied", "firmware confirmed", "firmware reverted"],
  21: ["hold on", "hold off"],
  22: ["privacy on", "privacy off"],
  23: ["courier session", "pairing permitted", "issuer key changed"],
};

/** All records that the lock holds, oldest first, or those that came after one. Rotten ones are left out. */
export function logView(store: LogStore, after: LogPlace = { generation: 0, seq: 0 }): LogRecordView[] {
  return store
    .spans()
    .filter(({ generation }) => generation >= after.generation)
    .flatMap(({ generation, firstSeq, lastSeq }) => {
      const fromSeq = generation === after.generation ? Math.max(firstSeq, after.seq + 1) : firstSeq;
      return Array.from({ length: Math.max(0, lastSeq - fromSeq + 1) }, (_, i) =>
        recordView(store, generation, fromSeq + i),
      ).filter((record) => record !== undefined);
    });
}

function recordView(store: LogStore, generation: number, seq: number): LogRecordView | undefined {
  const record = readRecord(store, generation, seq);
  if (!record) return undefined;
  const { time, type, slot, result, flags, n, ref, aux, h } = record;
  return {
    generation,
    seq,
    time,
    type,
    event: EVENTS_BY_N[type]?.[n] ?? recordTypeName(type),
    slot,
    result,
    ...(type !== INTENT && result !== 0 && isReason(result) && { why: reasonName(result) }),
    flags,
    n,
    ref: toHex(ref),
    aux: toHex(aux),
    h: toHex(h),
  };
}

function readRecord(store: LogStore, generation: number, seq: number): LogRecord | undefined {
  try {
    return store.record(generation, seq);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
