import { HASH_BYTES } from "../../crypto/suite.ts";
import { ProtocolError } from "../protocol-error.ts";
import { compareBytes, concat, Reader } from "./bytes.ts";
import { type Cbor, decodeCbor, encodeCbor } from "./cbor.ts";
import { asArray, asBytes, asBytesUpTo, asInteger, asUint, UINT_MAX } from "./cbor-shape.ts";
import { type CommandName, GRANT_ID_BYTES } from "./commands.ts";
import { isReason, Reason } from "./reason.ts";

/** What a lock answers to each command after status 0 (protocol.md §6). Times are seconds since 1970. */
export type Responses = {
  status: {
    epoch: number;
    seq: number;
    head: Uint8Array;
    time: number;
    flags: number;
    challenge: Uint8Array;
    batteryMillivolt: number;
    temperatureC: number;
    rosterDigest: Uint8Array;
  };
  act: { flags: number; seq: number; challenge: Uint8Array };
  /** Whole records of 48 bytes, at most 20; `firstSeq` above the one asked for means a gap. */
  readLog: { firstSeq: number; records: Uint8Array };
  ackLog: Done;
  logHead: { document: Uint8Array };
  rosterBegin: Done;
  grantPut: Done;
  rosterCommit: { epoch: number };
  time: { time: number; challenge: Uint8Array };
  timeHint: { time: number; challenge: Uint8Array };
  firmwareBegin: { offset: number };
  firmwareBlock: { nextOffset: number };
  firmwareApply: Done;
  identify: Done;
  unpair: { challenge: Uint8Array };
  /** In order of id; `shortHash` is `H(grant)[0..8]`. */
  grantList: { entries: GrantListEntry[] };
  grantDrop: Done;
};
export type GrantListEntry = { id: Uint8Array; shortHash: Uint8Array };
type Done = Record<never, never>;

/** The slot's next challenge comes with the refusal of an ACT, TIME or UNPAIR that spent one. */
export type Refusal = { reason: Exclude<Reason, 0>; challenge?: Uint8Array };
export type Response<N extends CommandName> = { ok: true; value: Responses[N] } | { ok: false; refusal: Refusal };

/** The lock's state in caps, STATUS and ACT (protocol.md §3): bits of one byte. */
export const Flag = {
  thrown: 1,
  doorOpen: 2,
  batteryLow: 4,
  tamper: 8,
  pairingMode: 16,
  timeUncertain: 32,
  jammed: 64,
  firmwareUnconfirmed: 128,
} as const;
export const FLAGS_MAX = 0xff;

export const CHALLENGE_BYTES = 8;
/** A log head `h` (protocol.md §9). */
export const HEAD_BYTES = 16;
export const READ_LOG_RECORDS_MAX = 20;
export const GRANT_LIST_ENTRIES_MAX = 48;

const RECORD_BYTES = 48;
const SHORT_HASH_BYTES = 8;
const TEMPERATURE_C_MIN = -273;
const TEMPERATURE_C_MAX = 1000;

/** How the elements after status 0 are written and read; `read` throws ProtocolError("malformed"). */
type Format<Value> = {
  write(value: Value): Cbor[];
  read(elements: Cbor[]): Value;
};

const DONE: Format<Done> = {
  write: () => [],
  read: (elements) => {
    asArray(elements, 0);
    return {};
  },
};

const TIME: Format<Responses["time"]> = {
  write: ({ time, challenge }) => [time, challenge],
  read: (elements) => {
    const [time, challenge] = asArray(elements, 2);
    return { time: asUint(time), challenge: asBytes(challenge, CHALLENGE_BYTES) };
  },
};

const FORMATS: { [N in CommandName]: Format<Responses[N]> } = {
  status: {
    write: (value) => [
      value.epoch,
      value.seq,
      value.head,
      value.time,
      value.flags,
      value.challenge,
      value.batteryMillivolt,
      value.temperatureC,
      value.rosterDigest,
    ],
    read: (elements) => {
      const [epoch, seq, head, time, flags, challenge, batteryMillivolt, temperatureC, rosterDigest] = asArray(
        elements,
        9,
      );
      return {
        epoch: asUint(epoch),
        seq: asUint(seq),
        head: asBytes(head, HEAD_BYTES),
        time: asUint(time),
        flags: asUint(flags, FLAGS_MAX),
        challenge: asBytes(challenge, CHALLENGE_BYTES),
        batteryMillivolt: asUint(batteryMillivolt),
        temperatureC: asInteger(temperatureC, TEMPERATURE_C_MIN, TEMPERATURE_C_MAX),
        rosterDigest: asBytes(rosterDigest, HASH_BYTES),
      };
    },
  },
  act: {
    write: ({ flags, seq, challenge }) => [flags, seq, challenge],
    read: (elements) => {
      const [flags, seq, challenge] = asArray(elements, 3);
      return { flags: asUint(flags, FLAGS_MAX), seq: asUint(seq), challenge: asBytes(challenge, CHALLENGE_BYTES) };
    },
  },
  readLog: {
    write: ({ firstSeq, records }) => [firstSeq, records],
    read: (elements) => {
      const [firstSeq, records] = asArray(elements, 2);
      return {
        firstSeq: asInteger(firstSeq, 1, UINT_MAX),
        records: asRows(records, RECORD_BYTES, READ_LOG_RECORDS_MAX),
      };
    },
  },
  ackLog: DONE,
  logHead: {
    write: ({ document }) => [document],
    read: (elements) => {
      const [document] = asArray(elements, 1);
      return { document: asBytes(document) };
    },
  },
  rosterBegin: DONE,
  grantPut: DONE,
  rosterCommit: {
    write: ({ epoch }) => [epoch],
    read: (elements) => {
      const [epoch] = asArray(elements, 1);
      return { epoch: asUint(epoch) };
    },
  },
  time: TIME,
  timeHint: TIME,
  firmwareBegin: {
    write: ({ offset }) => [offset],
    read: (elements) => {
      const [offset] = asArray(elements, 1);
      return { offset: asUint(offset) };
    },
  },
  firmwareBlock: {
    write: ({ nextOffset }) => [nextOffset],
    read: (elements) => {
      const [nextOffset] = asArray(elements, 1);
      return { nextOffset: asUint(nextOffset) };
    },
  },
  firmwareApply: DONE,
  identify: DONE,
  unpair: {
    write: ({ challenge }) => [challenge],
    read: (elements) => {
      const [challenge] = asArray(elements, 1);
      return { challenge: asBytes(challenge, CHALLENGE_BYTES) };
    },
  },
  grantList: {
    write: ({ entries }) => [concat(...entries.flatMap(({ id, shortHash }) => [id, shortHash]))],
    read: (elements) => {
      const [entries] = asArray(elements, 1);
      return { entries: readGrantList(entries) };
    },
  },
  grantDrop: DONE,
};

export function encodeResponse<N extends CommandName>(name: N, response: Response<N>): Uint8Array {
  if (!response.ok) return encodeRefusal(response.refusal);
  return encodeCbor([Reason.done, ...FORMATS[name].write(response.value)]);
}

/** A refusal alone: the answer to a command that did not even parse (reasons 1 and 2). */
export function encodeRefusal({ reason, challenge }: Refusal): Uint8Array {
  return encodeCbor(challenge ? [reason, challenge] : [reason]);
}

/** What a lock answered to the command `name`. Throws ProtocolError("malformed"). */
export function decodeResponse<N extends CommandName>(name: N, bytes: Uint8Array): Response<N> {
  const [status, ...elements] = asArray(decodeCbor(bytes));
  const reason = asUint(status);
  if (!isReason(reason)) throw new ProtocolError("malformed", `status ${reason}`);
  if (reason === Reason.done) return { ok: true, value: FORMATS[name].read(elements) };
  return { ok: false, refusal: { reason, ...readNextChallenge(name, elements) } };
}

function readNextChallenge(name: CommandName, elements: Cbor[]): { challenge?: Uint8Array } {
  const mayCarryChallenge = name === "act" || name === "time" || name === "unpair";
  if (elements.length === 0) return {};
  asArray(elements, mayCarryChallenge ? 1 : 0);
  return { challenge: asBytes(elements[0], CHALLENGE_BYTES) };
}

function readGrantList(value: Cbor | undefined): GrantListEntry[] {
  const rows = asRows(value, GRANT_ID_BYTES + SHORT_HASH_BYTES, GRANT_LIST_ENTRIES_MAX);
  const reader = new Reader(rows);
  const entries: GrantListEntry[] = [];
  while (reader.remaining > 0) {
    const entry = { id: reader.bytes(GRANT_ID_BYTES), shortHash: reader.bytes(SHORT_HASH_BYTES) };
    const previous = entries.at(-1);
    if (previous && compareBytes(previous.id, entry.id) >= 0) throw new ProtocolError("malformed", "list not sorted");
    entries.push(entry);
  }
  return entries;
}

/** A byte string of whole rows. */
function asRows(value: Cbor | undefined, rowBytes: number, rowsMax: number): Uint8Array {
  const rows = asBytesUpTo(value, rowBytes * rowsMax);
  if (rows.length % rowBytes !== 0) throw new ProtocolError("malformed", `not whole rows of ${rowBytes} bytes`);
  return rows;
}
