import { ProtocolError } from "../protocol-error.ts";
import { concat, Reader, uint8, uint32 } from "../wire/bytes.ts";

export const RECORD_BYTES = 48;
/** What h is computed over, besides the h before it. */
export const HASHED_BYTES = 32;
export const CHAIN_HASH_BYTES = 16;

/** The slot of an event that is no gateway's. */
export const NO_SLOT = 0xff;
const SLOTS = [0, 1, 2, 3, NO_SLOT];
/** The highest reason of protocol.md §6. */
const RESULT_MAX = 30;

/** Events of a lock (protocol.md §9). */
export const RecordType = {
  boot: 1,
  intent: 2,
  done: 3,
  unlocked: 4,
  locked: 5,
  refused: 6,
  doorOpened: 7,
  doorClosed: 8,
  doorForced: 9,
  doorLeftOpen: 10,
  wrongTry: 11,
  tamper: 12,
  jammed: 13,
  battery: 14,
  lockedOut: 15,
  paired: 16,
  rosterCommitted: 17,
  timeSet: 18,
  firmware: 19,
  recordsLost: 20,
  hold: 21,
  privacy: 22,
  permission: 23,
  factoryReset: 24,
} as const;
export type RecordType = (typeof RecordType)[keyof typeof RecordType];

/** Bits of a record's `flags` (protocol.md §9). */
export const RecordFlag = { timeUncertain: 1, byHand: 2, emergency: 4 } as const;
const ALL_FLAGS = 7;

/** Everything of a record but its hash. */
export interface RecordFields {
  /** From 1 in each generation. */
  readonly seq: number;
  /** Seconds since 1970 UTC, by the lock's clock. */
  readonly time: number;
  readonly type: RecordType;
  /** 0–3, or `NO_SLOT`. */
  readonly slot: number;
  /** 0, or a reason of §6; for an intent the action. */
  readonly result: number;
  /** Bits of `RecordFlag`. */
  readonly flags: number;
  /** The RESUME counter of an intent or done; otherwise which of the type's events it is, from 0. */
  readonly n: number;
  /** Grant id, 8 bytes, zero if there is none; of an intent H(S1)[0..8] or the order's challenge. */
  readonly ref: Uint8Array;
  /** 8 bytes, as `aux.ts` makes them. */
  readonly aux: Uint8Array;
}

export interface LogRecord extends RecordFields {
  /** Chains the record to all before it, 16 bytes. */
  readonly h: Uint8Array;
}

/** The first 32 bytes of the record: what its h covers. */
export function encodeFields(record: RecordFields): Uint8Array {
  return concat(
    uint32(record.seq),
    uint32(record.time),
    uint8(record.type),
    uint8(record.slot),
    uint8(record.result),
    uint8(record.flags),
    uint32(record.n),
    record.ref,
    record.aux,
  );
}

/** 48 bytes. */
export function encodeRecord(record: LogRecord): Uint8Array {
  return concat(encodeFields(record), record.h);
}

/** Throws ProtocolError("wrong-length" or "malformed"); whether h is right only the chain can say. */
export function decodeRecord(bytes: Uint8Array): LogRecord {
  const reader = new Reader(bytes);
  const record = {
    seq: reader.uint32(),
    time: reader.uint32(),
    type: asRecordType(reader.uint8()),
    slot: reader.uint8(),
    result: reader.uint8(),
    flags: reader.uint8(),
    n: reader.uint32(),
    ref: reader.bytes(8),
    aux: reader.bytes(8),
    h: reader.bytes(CHAIN_HASH_BYTES),
  };
  reader.expectEnd();
  const isGood =
    record.seq >= 1 && SLOTS.includes(record.slot) && record.result <= RESULT_MAX && record.flags <= ALL_FLAGS;
  if (!isGood) throw new ProtocolError("malformed", "a record with a field out of its range");
  return record;
}

/** The event in words: "door opened". */
export function recordTypeName(type: RecordType): string {
  return NAMES[type];
}

const NAMES: Record<RecordType, string> = {
  1: "boot",
  2: "intent",
  3: "done",
  4: "unlocked",
  5: "locked",
  6: "refused",
  7: "door opened",
  8: "door closed",
  9: "door forced",
  10: "door left open",
  11: "wrong try",
  12: "tamper",
  13: "jammed",
  14: "battery low or replaced",
  15: "locked out",
  16: "paired or unpaired",
  17: "roster committed",
  18: "time set",
  19: "firmware",
  20: "records lost",
  21: "hold on or off",
  22: "privacy on or off",
  23: "courier session, pairing permitted or issuer key changed",
  24: "factory reset",
};

function asRecordType(value: number): RecordType {
  const type = Object.values(RecordType).find((known) => known === value);
  if (type === undefined) throw new ProtocolError("malformed", `no record type ${value}`);
  return type;
}
