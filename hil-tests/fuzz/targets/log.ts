import assert from "node:assert/strict";
import { opensslSuite as suite } from "../../../crypto/openssl.ts";
import { appendRecord, verifyChain } from "../../../protocol/log/chain.ts";
import {
  decodeRecord,
  encodeRecord,
  HASHED_BYTES,
  type LogRecord,
  RECORD_BYTES,
} from "../../../protocol/log/record.ts";
import { ProtocolError } from "../../../protocol/protocol-error.ts";
import { concat, equalBytes } from "../../../protocol/wire/bytes.ts";
import type { Target } from "../engine/target.ts";
import { lk1Seeds } from "./lk1-seeds.ts";
import { assertSameBytes } from "./same-bytes.ts";

const RECORDS_MAX = 20;
const PREVIOUS = new Uint8Array(16).fill(0x5a);

export const record: Target = {
  name: "record",
  seeds: () => lk1Seeds("log"),
  inputBytesMax: RECORD_BYTES + 4,
  batch: 2000,
  allowed: [ProtocolError],
  open: () => ({ execute: (input) => assertSameBytes(encodeRecord(decodeRecord(input)), input) }),
};

/** The input is records without their hashes, each 32 bytes: chained rightly they verify, and with anything else they do not. */
export const chain: Target = {
  name: "chain",
  seeds: () => [
    concat(
      ...lk1Seeds("log")
        .filter(isRecord)
        .map((bytes) => bytes.subarray(0, HASHED_BYTES)),
    ),
  ],
  inputBytesMax: HASHED_BYTES * RECORDS_MAX,
  batch: 300,
  allowed: [],
  open: () => ({
    execute: (input) => {
      const asTheyAre = verifyChain(suite, PREVIOUS, 1, input);
      assert(!asTheyAre.ok || input.length === 0, "records without their hashes verify");
      const fields = fieldsIn(input);
      const rows = chained(fields);
      const verified = verifyChain(suite, PREVIOUS, fields[0]?.seq ?? 1, concat(...rows));
      const isInSequence = fields.every(({ seq }, i) => seq === fields[0]!.seq + i);
      assert.equal(verified.ok, isInSequence);
      if (!verified.ok) return;
      assertSameBytes(concat(...verified.records.map(encodeRecord)), concat(...rows));
      for (const [i, row] of rows.entries()) {
        const broken = concat(...rows.with(i, row.with(i % RECORD_BYTES, row[i % RECORD_BYTES]! ^ 1)));
        assert(!verifyChain(suite, PREVIOUS, fields[0]!.seq, broken).ok, "a changed record verifies");
      }
    },
  }),
};

function isRecord(bytes: Uint8Array): boolean {
  return bytes.length === RECORD_BYTES;
}

/** Those of the records whose fields are good. */
function fieldsIn(input: Uint8Array): LogRecord[] {
  const found: LogRecord[] = [];
  for (let at = 0; at + HASHED_BYTES <= input.length; at += HASHED_BYTES) {
    try {
      found.push(decodeRecord(concat(input.subarray(at, at + HASHED_BYTES), new Uint8Array(16))));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
  return found;
}

function chained(fields: readonly LogRecord[]): Uint8Array[] {
  let head: Uint8Array = PREVIOUS;
  return fields.map((record) => {
    const { bytes, h } = appendRecord(suite, head, record);
    assert(!equalBytes(h, head));
    head = h;
    return bytes;
  });
}
