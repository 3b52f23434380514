import type { Suite } from "../../crypto/suite.ts";
import { ProtocolError } from "../protocol-error.ts";
import { ascii, concat, equalBytes, uint32 } from "../wire/bytes.ts";
import {
  CHAIN_HASH_BYTES,
  decodeRecord,
  encodeFields,
  HASHED_BYTES,
  type LogRecord,
  RECORD_BYTES,
  type RecordFields,
} from "./record.ts";

const LINK = Uint8Array.of(0x01);

/** h_0, what the first record of a generation hangs on, 16 bytes (protocol.md §9). */
export function firstHash(suite: Suite, lockId: Uint8Array, generation: number, sigPk: Uint8Array): Uint8Array {
  return suite.sha256(ascii("LK1 log"), lockId, uint32(generation), sigPk).slice(0, CHAIN_HASH_BYTES);
}

/** h of a record from the h before it and its own first 32 bytes. */
export function nextHash(suite: Suite, previous: Uint8Array, fields: Uint8Array): Uint8Array {
  return suite.sha256(LINK, previous, fields).slice(0, CHAIN_HASH_BYTES);
}

/** The record that follows the one with hash `previous`: its 48 bytes and its h. */
export function appendRecord(
  suite: Suite,
  previous: Uint8Array,
  fields: RecordFields,
): { bytes: Uint8Array; h: Uint8Array } {
  const hashed = encodeFields(fields);
  const h = nextHash(suite, previous, hashed);
  return { bytes: concat(hashed, h), h };
}

export type ChainBreak = "torn record" | "wrong seq" | "wrong hash" | "malformed record";

export type VerifiedChain =
  | { readonly ok: true; readonly records: LogRecord[]; readonly head: Uint8Array; readonly lastSeq: number }
  | { readonly ok: false; readonly atSeq: number; readonly why: ChainBreak };

/**
 * Whether `records` (whole records of 48 bytes, as READ LOG brings them) follow the record with hash `previous`,
 * without a gap from `firstSeq` on. No records are a good chain that ends where it began.
 */
export function verifyChain(suite: Suite, previous: Uint8Array, firstSeq: number, records: Uint8Array): VerifiedChain {
  const verified: LogRecord[] = [];
  let head = previous;
  for (let offset = 0; offset < records.length; offset += RECORD_BYTES) {
    const seq = firstSeq + verified.length;
    const link = verifyLink(suite, head, seq, records.subarray(offset, offset + RECORD_BYTES));
    if (typeof link === "string") return { ok: false, atSeq: seq, why: link };
    verified.push(link);
    head = link.h;
  }
  return { ok: true, records: verified, head, lastSeq: firstSeq + verified.length - 1 };
}

function verifyLink(suite: Suite, previous: Uint8Array, seq: number, bytes: Uint8Array): LogRecord | ChainBreak {
  if (bytes.length !== RECORD_BYTES) return "torn record";
  const h = nextHash(suite, previous, bytes.subarray(0, HASHED_BYTES));
  const record = decodeOrUndefined(bytes);
  if (!record) return "malformed record";
  if (record.seq !== seq) return "wrong seq";
  if (!equalBytes(h, record.h)) return "wrong hash";
  return record;
}

function decodeOrUndefined(bytes: Uint8Array): LogRecord | undefined {
  try {
    return decodeRecord(bytes);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
