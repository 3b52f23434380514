import assert from "node:assert/strict";
import { test } from "node:test";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { concat, toHex } from "./bytes.ts";
import { cobsBytesMax, decodeCobs, encodeCobs } from "./cobs.ts";

const vectors = lk1Vectors<{ cobs: { data: string; encoded: string }[]; notCanonical: { encoded: string }[] }>(
  "serial",
);

test("COBS writes and reads the bytes of lk1.json", () => {
  for (const { data, encoded } of vectors.cobs) {
    assert.equal(toHex(encodeCobs(hex(data))), encoded);
    assert.deepEqual(decodeCobs(hex(encoded)), hex(data));
  }
});

test("a second form of the same bytes is refused", () => {
  for (const { encoded } of vectors.notCanonical) assert.equal(decodeCobs(hex(encoded)), undefined);
});

test("a full run before a zero, and before more bytes, is read back", () => {
  const fullRun = new Uint8Array(254).fill(0x5a);
  for (const tail of ["", "00", "0000", "01", "0001", "0100"]) {
    const bytes = concat(fullRun, hex(tail));
    assert.deepEqual(decodeCobs(encodeCobs(bytes)), bytes);
  }
});

test("nothing, zeros, and runs past the end are refused", () => {
  for (const encoded of ["", "00", "0100", "02", "0311", "ff01"]) assert.equal(decodeCobs(hex(encoded)), undefined);
});

test("whatever decodes is encoded to the same bytes again, within the stated length", () => {
  const seed = 20270107;
  const random = new SeededRandom(seed);
  for (let round = 0; round < 2000; round++) {
    const length = random.below(600);
    // Few different values, so that runs of all lengths and zeros come up.
    const bytes = random.bytes(length).map((byte) => (byte < 2 ? 0 : 1));
    const encoded = encodeCobs(bytes);
    assert.ok(encoded.length <= cobsBytesMax(length) && !encoded.includes(0), `seed ${seed}`);
    assert.deepEqual(decodeCobs(encoded), bytes, `seed ${seed}`);

    const noise = random.bytes(random.below(12)).map((byte) => byte % 5);
    const decoded = decodeCobs(noise);
    if (decoded) assert.deepEqual(encodeCobs(decoded), noise, `seed ${seed}`);
  }
});
