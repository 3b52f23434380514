import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ProtocolError } from "../protocol-error.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { toHex } from "../wire/bytes.ts";
import { auxOf, auxPair, NO_AUX } from "./aux.ts";
import {
  decodeRecord,
  encodeRecord,
  type LogRecord,
  NO_SLOT,
  RecordFlag,
  RecordType,
  recordTypeName,
} from "./record.ts";

const records = lk1Vectors<{ records: { record: string }[] }>("log").records.map(({ record }) => hex(record));
const GOOD = decodeRecord(records[3]!);

test("records of lk1.json are written again byte for byte", () => {
  for (const bytes of records) assert.equal(toHex(encodeRecord(decodeRecord(bytes))), toHex(bytes));
});

test("a boot, an intent and a clock that was set are read as they are", () => {
  const [boot, set, , intent] = records.map(decodeRecord) as [LogRecord, LogRecord, LogRecord, LogRecord];
  assert.deepEqual(
    [boot.seq, boot.type, boot.slot, boot.flags],
    [1, RecordType.boot, NO_SLOT, RecordFlag.timeUncertain],
  );
  assert.deepEqual(boot.aux, auxOf({ bootCount: 1, cause: 0 }));
  assert.deepEqual(auxPair(set.aux), [0x6b3ed57b, 0x6b3ed580]);
  assert.deepEqual([intent.type, intent.slot, intent.result, intent.n], [RecordType.intent, 0, 1, 1]);
  assert.deepEqual(intent.aux, auxOf({ grantId: hex("1111111111111111") }));
  assert.deepEqual(intent.ref, hex("6db6b1ee424e514f"));
});

test("aux is big-endian over all eight bytes", () => {
  assert.equal(toHex(auxOf({ value: 7 })), "0000000000000007");
  assert.equal(toHex(auxOf({ bootCount: 1, cause: 2 })), "0000000100000002");
  assert.equal(toHex(auxOf({ oldTime: 0xffffffff, newTime: 3 })), "ffffffff00000003");
  assert.equal(toHex(NO_AUX), "0000000000000000");
});

test("a record of another length is refused", () => {
  for (let length = 0; length < 100; length++) {
    if (length !== 48) assert.throws(() => decodeRecord(new Uint8Array(length).fill(1)), ProtocolError);
  }
});

test("a field out of its range is refused", () => {
  const bad: Partial<Record<keyof LogRecord, number>>[] = [
    { seq: 0 },
    { type: 0 },
    { type: 25 },
    { slot: 4 },
    { slot: 254 },
    { result: 31 },
    { flags: 8 },
  ];
  for (const field of bad) {
    const bytes = encodeRecord({ ...GOOD, ...field } as LogRecord);
    assert.throws(() => decodeRecord(bytes), { name: "ProtocolError", code: "malformed" }, JSON.stringify(field));
  }
});

test("events are numbered in the order of the page", () => {
  assert.deepEqual(
    Object.values(RecordType),
    Array.from({ length: 24 }, (_, index) => index + 1),
  );
  assert.equal(recordTypeName(RecordType.doorForced), "door forced");
  assert.equal(recordTypeName(RecordType.factoryReset), "factory reset");
});

test("every type has a name of its own", () => {
  const names = Object.values(RecordType).map(recordTypeName);
  assert.equal(new Set(names).size, 24);
  assert.ok(names.every((name) => name.length > 3));
});

test("every record comes back from its bytes", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const uint = fc.nat(0xffffffff);
  const record: fc.Arbitrary<LogRecord> = fc.record(
    {
      seq: fc.integer({ min: 1, max: 0xffffffff }),
      time: uint,
      type: fc.constantFrom(...Object.values(RecordType)),
      slot: fc.constantFrom(0, 1, 2, 3, NO_SLOT),
      result: fc.nat(30),
      flags: fc.nat(7),
      n: uint,
      ref: bytes(8),
      aux: bytes(8),
      h: bytes(16),
    },
    { noNullPrototype: true },
  );
  fc.assert(fc.property(record, (fields) => assert.deepEqual(decodeRecord(encodeRecord(fields)), fields)));
});
