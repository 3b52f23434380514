import assert from "node:assert/strict";
import { test } from "node:test";
import { everyBitFlip } from "../../../protocol/testing/damage.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { ascii, uint32 } from "../../../protocol/wire/bytes.ts";
import { corrected, turnedBack } from "./bit-rot.ts";
import { crc32 } from "./crc32.ts";

const DOMAIN = ascii("domain");
const bytes = new SeededRandom(1).bytes(100);
const crc = crc32(DOMAIN, bytes);

test("the CRC is the one of zip and PNG", () => {
  assert.equal(crc32(ascii("1234"), ascii("56789")), 0xcbf43926);
});

test("any one bit of bytes or CRC is set right", () => {
  assert.deepEqual(corrected(bytes, crc, DOMAIN), bytes);
  for (const rotten of everyBitFlip(bytes)) assert.deepEqual(corrected(rotten, crc, DOMAIN), bytes);
  for (const rotten of everyBitFlip(uint32(crc)))
    assert.deepEqual(corrected(bytes, Number(`0x${Buffer.from(rotten).toString("hex")}`), DOMAIN), bytes);
});

test("two wrong bits are not guessed at", () => {
  for (const once of everyBitFlip(bytes).slice(0, 40))
    for (const twice of everyBitFlip(once)) {
      const back = corrected(twice, crc, DOMAIN);
      if (back) assert.deepEqual(back, bytes, "turned back itself");
    }
});

test("a bit is turned back where that makes the bytes good", () => {
  const isGood = (candidate: Uint8Array) => crc32(DOMAIN, candidate) === crc;
  const [first, , , , , , , , ninth] = everyBitFlip(bytes);
  assert.deepEqual(turnedBack(ninth!, 16, isGood), bytes);
  assert.equal(turnedBack(ninth!, 8, isGood), undefined);
  assert.deepEqual(turnedBack(first!, 8, isGood), bytes);
});
