import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, toHex } from "../../../protocol/wire/bytes.ts";
import { encodeChecked, readChecked } from "./checked-bytes.ts";

const BODY = Uint8Array.of(1, 2, 3, 4, 5);
const CHECKED = encodeChecked(BODY);
/** More lies behind it in flash. */
const FLASH = concat(CHECKED, new Uint8Array(20).fill(0xff));

test("length, CRC and body; whatever lies behind is not of it", () => {
  assert.equal(toHex(CHECKED.subarray(0, 2)), "0005");
  assert.deepEqual(readChecked(FLASH), { body: BODY, bytes: 11, isAsProgrammed: true });
  assert.deepEqual(readChecked(CHECKED), { body: BODY, bytes: 11, isAsProgrammed: true });
  assert.deepEqual(readChecked(encodeChecked(new Uint8Array())), {
    body: new Uint8Array(),
    bytes: 6,
    isAsProgrammed: true,
  });
});

test("any one bit may rot, and is known to have rotted", () => {
  for (let bit = 0; bit < 8 * CHECKED.length; bit++) {
    const rotten = FLASH.with(bit >> 3, FLASH[bit >> 3]! ^ (1 << (bit & 7)));
    assert.deepEqual(readChecked(rotten), { body: BODY, bytes: 11, isAsProgrammed: false }, `bit ${bit}`);
  }
});

test("what is cut short is nothing", () => {
  for (let length = 0; length < CHECKED.length; length++) {
    assert.equal(readChecked(CHECKED.subarray(0, length)), undefined, `${length} bytes`);
  }
});
