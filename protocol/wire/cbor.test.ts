import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError } from "../protocol-error.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { toHex } from "./bytes.ts";
import { type Cbor, decodeCbor, encodeCbor, Tag } from "./cbor.ts";

type Refused = { cbor: string; why: string };
const vectors = lk1Vectors<{ refused: Refused[]; refusedHereOrByType: Refused[]; accepted: string[] }>("cbor");

const isMalformed = (error: unknown) => error instanceof ProtocolError && error.code === "malformed";
const assertRefused = (bytes: Uint8Array, why: string) => assert.throws(() => decodeCbor(bytes), isMalformed, why);

test("what lk1.json accepts is accepted and written again byte for byte", () => {
  for (const cbor of vectors.accepted) assert.equal(toHex(encodeCbor(decodeCbor(hex(cbor)))), cbor);
});

test("what lk1.json refuses is refused, types that LK1 does not use included", () => {
  for (const { cbor, why } of [...vectors.refused, ...vectors.refusedHereOrByType]) {
    // A tag 18 over something else than a COSE_Sign1 is left to the type check.
    if (cbor !== "d201") assertRefused(hex(cbor), why);
  }
});
test("no truncation of an accepted item, and no byte after it, is accepted", () => {
  for (const cbor of vectors.accepted) {
    const bytes = hex(cbor);
    for (let length = 0; length < bytes.length; length++)
      assertRefused(bytes.subarray(0, length), `${length} of ${cbor}`);
    assertRefused(hex(`${cbor}00`), `${cbor} and a byte`);
  }
});

test("whatever decodes with one bit flipped is written again byte for byte", () => {
  const order = encodeCbor([
    new Map<number, Cbor>([
      [1, -7],
      [-65541, "å"],
    ]),
    2 ** 32 - 1,
    hex("0102030405"),
    new Tag([0], 18),
  ]);
  for (let bit = 0; bit < 8 * order.length; bit++) {
    const flipped = Uint8Array.from(order);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    try {
      assert.deepEqual(encodeCbor(decodeCbor(flipped)), flipped);
    } catch (error) {
      assert.ok(isMalformed(error), `bit ${bit}: ${error}`);
    }
  }
});

test("integers up to 2^32−1 are numbers, those beyond are bigints and lose no bit", () => {
  for (const [value, cbor] of [
    [0, "00"],
    [-0, "00"],
    [2 ** 32 - 1, "1affffffff"],
    [-(2 ** 32), "3affffffff"],
    [2n ** 32n, "1b0000000100000000"],
    [2n ** 53n + 1n, "1b0020000000000001"],
    [2n ** 64n - 1n, "1bffffffffffffffff"],
    [1n - 2n ** 64n, "3bfffffffffffffffe"],
  ] as const) {
    assert.equal(toHex(encodeCbor(value)), cbor);
    assert.equal(decodeCbor(hex(cbor)), value === 0 ? 0 : value);
  }
  assert.equal(toHex(encodeCbor(5n)), "05");
});

test("what LK1's CBOR has no place for is never written", () => {
  const values: unknown[] = [
    0.5,
    2 ** 32,
    -(2 ** 32) - 1,
    Number.NaN,
    true,
    null,
    undefined,
    {},
    "\ud800",
    2n ** 64n,
    -(2n ** 64n),
  ];
  for (const value of values) assert.throws(() => encodeCbor([value as Cbor]), RangeError, String(value));
});

test("maps are written in the order of their encoded keys", () => {
  const map = new Map<number | string, Cbor>([
    ["a", 0],
    [-65541, 0],
    [100, 0],
    [-1, 0],
    [1, 0],
  ]);
  assert.equal(toHex(encodeCbor(map)), "a5010018640020003a0001000400616100");
});

test("byte strings come out as copies of their own, and plain", () => {
  const input = Buffer.from("8243010203420405", "hex");
  const [first] = decodeCbor(input) as Uint8Array[];
  input.fill(0xff);
  assert.equal(Object.getPrototypeOf(first), Uint8Array.prototype);
  assert.deepEqual(first, hex("010203"));
  assert.equal(first?.buffer.byteLength, 3);
});

test("−2^64, which cbor-x would write as a bignum, is refused", () => {
  assertRefused(hex("3bffffffffffffffff"), "−2^64");
});

test("a text of replacement characters is text, and one of bad UTF-8 is not read as such", () => {
  assert.equal(decodeCbor(hex("63efbfbd")), "\ufffd");
  const long = "c3".repeat(100);
  assertRefused(hex(`7864${long}`), "a hundred lead bytes");
});

test("maps and arrays of claimed billions are refused before anything is built", () => {
  for (const head of ["9affffffff", "baffffffff", "9b0000000100000000", "5affffffff"]) assertRefused(hex(head), head);
});

test("tags of cbor-x's own extensions are never looked at", () => {
  // Records, string bundles, shared values, dates, regular expressions, errors, typed arrays.
  for (const tag of ["d9dfff", "d9dffe", "d9dff9", "d81d", "c1", "c0", "d81b", "d840", "d90102", "da7ffffffe"]) {
    assertRefused(hex(`${tag}830061618101`), tag);
  }
});

test("what decodes does not depend on what was decoded before", () => {
  assertRefused(hex("a16161d9dff98200"), "a bundle cut short");
  assert.deepEqual(decodeCbor(hex("82616101")), ["a", 1]);
});
