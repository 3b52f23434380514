import assert from "node:assert/strict";
import { test } from "node:test";
import { base32Digit, decodeBase32, encodeBase32 } from "./base32.ts";

const digitsOf = (text: string) => [...text].map((character) => base32Digit(character)!);

test("bytes of any length come back, in as few digits as hold them", () => {
  for (let length = 0; length <= 20; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => 0xff - 7 * index);
    const text = encodeBase32(bytes);
    assert.equal(text.length, Math.ceil((8 * length) / 5));
    assert.deepEqual(decodeBase32(digitsOf(text)), bytes);
  }
});

test("the first digit holds the highest bits, and what fills the last one up is zero", () => {
  assert.equal(encodeBase32(Uint8Array.of(0x08, 0x42, 0x10, 0x84, 0x21)), "11111111");
  assert.equal(encodeBase32(Uint8Array.of(0xff)), "ZW");
  assert.deepEqual(decodeBase32(digitsOf("ZW")), Uint8Array.of(0xff));
  assert.equal(decodeBase32(digitsOf("ZX")), undefined);
});
