import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite as suite } from "../../crypto/openssl.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { concat, toHex } from "../wire/bytes.ts";
import { appendRecord, firstHash, verifyChain } from "./chain.ts";
import { decodeRecord, RECORD_BYTES } from "./record.ts";

const vectors = lk1Vectors<{
  lockId: string;
  generation: number;
  sigPk: string;
  h0: string;
  records: { record: string; h: string }[];
  head: string;
  refused: { records: string; why: string }[];
  h0Generation1: string;
  firstOfGeneration1: string;
}>("log");
const [lockId, sigPk, h0] = [hex(vectors.lockId), hex(vectors.sigPk), hex(vectors.h0)];
const records = vectors.records.map(({ record }) => hex(record));
const pull = concat(...records);

test("the chains of lk1.json hang on the h_0 given there", () => {
  assert.equal(toHex(firstHash(suite, lockId, vectors.generation, sigPk)), vectors.h0);
  assert.equal(toHex(firstHash(suite, lockId, 1, sigPk)), vectors.h0Generation1);
  const first = verifyChain(suite, hex(vectors.h0Generation1), 1, hex(vectors.firstOfGeneration1));
  assert.equal(first.ok, true);
});

test("the chain of lk1.json is good, in one pull or in two", () => {
  const whole = verifyChain(suite, h0, 1, pull);
  assert.ok(whole.ok);
  assert.equal(toHex(whole.head), vectors.head);
  assert.equal(whole.lastSeq, 16);
  assert.deepEqual(whole.records, records.map(decodeRecord));

  const begin = verifyChain(suite, h0, 1, pull.subarray(0, 7 * RECORD_BYTES));
  assert.ok(begin.ok);
  const rest = verifyChain(suite, begin.head, begin.lastSeq + 1, pull.subarray(7 * RECORD_BYTES));
  assert.ok(rest.ok);
  assert.deepEqual(rest.head, whole.head);
});

test("no records are a chain that ends where it began", () => {
  assert.deepEqual(verifyChain(suite, h0, 1, new Uint8Array()), { ok: true, records: [], head: h0, lastSeq: 0 });
});

test("records appended one by one make the same bytes", () => {
  let previous = h0;
  for (const [i, bytes] of records.entries()) {
    const appended = appendRecord(suite, previous, decodeRecord(bytes));
    assert.equal(toHex(appended.bytes), toHex(bytes));
    assert.equal(toHex(appended.h), vectors.records[i]!.h);
    previous = appended.h;
  }
});

test("chains that lk1.json refuses are refused", () => {
  for (const { records: refused, why } of vectors.refused) {
    assert.equal(verifyChain(suite, h0, 1, hex(refused)).ok, false, why);
  }
});

test("a break is named with its place", () => {
  const [first, second, third] = records as [Uint8Array, Uint8Array, Uint8Array];
  const wrongHash = Uint8Array.from(third).fill(0xff, 40);
  const unknownType = Uint8Array.from(third).fill(25, 8, 9);
  const verify = (...parts: Uint8Array[]) => verifyChain(suite, h0, 1, concat(...parts));
  assert.deepEqual(verify(first, third), { ok: false, atSeq: 2, why: "wrong seq" });
  assert.deepEqual(verify(first, second, wrongHash), { ok: false, atSeq: 3, why: "wrong hash" });
  assert.deepEqual(verify(first, second, unknownType), { ok: false, atSeq: 3, why: "malformed record" });
  assert.deepEqual(verify(first, second.subarray(1)), { ok: false, atSeq: 2, why: "torn record" });
  assert.deepEqual(verifyChain(suite, h0, 2, first), { ok: false, atSeq: 2, why: "wrong seq" });
});

test("no truncation inside a record and no flipped bit is a good chain", () => {
  for (let length = 1; length < pull.length; length++) {
    assert.equal(verifyChain(suite, h0, 1, pull.subarray(0, length)).ok, length % RECORD_BYTES === 0);
  }
  for (let bit = 0; bit < pull.length * 8; bit++) {
    const flipped = Uint8Array.from(pull);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(verifyChain(suite, h0, 1, flipped).ok, false, `bit ${bit}`);
  }
});
