import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError } from "../protocol-error.ts";
import { compareBytes, concat, equalBytes, fromHex, Reader, toHex, uint8, uint16, uint32, uint64 } from "./bytes.ts";

const isWrongLength = (error: unknown) => error instanceof ProtocolError && error.code === "wrong-length";

test("integers are written big-endian, in just their length", () => {
  assert.equal(
    toHex(concat(uint8(0xfe), uint16(1), uint32(0xdeadbeef), uint64(2n ** 63n))),
    "fe0001deadbeef8000000000000000",
  );
  for (const write of [() => uint8(256), () => uint16(-1), () => uint32(2 ** 32), () => uint64(2n ** 64n)]) {
    assert.throws(write, RangeError);
  }
  assert.throws(() => uint32(0.5), RangeError);
});

test("hexadecimal is read in both cases, and nothing else is", () => {
  assert.deepEqual(fromHex("00aBFf"), Uint8Array.of(0, 0xab, 0xff));
  for (const text of ["0", "0g", "0x00", " 00", "0 "]) assert.throws(() => fromHex(text), RangeError);
});

test("a reader reads what it wrote and stops at the end", () => {
  const reader = new Reader(fromHex("01000200000003aabbcc"));
  assert.deepEqual([reader.uint8(), reader.uint16(), reader.uint32()], [1, 2, 3]);
  assert.throws(() => reader.bytes(4), isWrongLength);
  assert.throws(() => reader.expectEnd(), isWrongLength);
  assert.deepEqual(reader.rest(), fromHex("aabbcc"));
  reader.expectEnd();
  assert.throws(() => reader.uint8(), isWrongLength);
});

test("what a reader gives out is a copy, of a Buffer too", () => {
  const source = Buffer.from([1, 2, 3]);
  const bytes = new Reader(source).bytes(2);
  source.fill(0);
  assert.deepEqual(bytes, Uint8Array.of(1, 2));
});

test("bytes are compared one by one, a prefix first", () => {
  assert.ok(compareBytes(fromHex("01"), fromHex("0100")) < 0);
  assert.ok(compareBytes(fromHex("02"), fromHex("0100")) > 0);
  assert.ok(equalBytes(fromHex("0100"), fromHex("0100")));
  assert.ok(!equalBytes(fromHex("0100"), fromHex("01")));
});
