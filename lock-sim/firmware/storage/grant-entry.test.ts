import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, toHex } from "../../../protocol/wire/bytes.ts";
import { crc16 } from "../../../protocol/wire/crc.ts";
import { dead, documentOf, encodeEntry, entryBytes, find, finished } from "./grant-entry.ts";

const CTI = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

/** A document of so many bytes with CTI at a place. */
function document(bytes: number, ctiAt = 60): Uint8Array {
  const made = new Uint8Array(bytes).fill(0xd2);
  made.set(CTI, ctiAt);
  return made;
}

/** An entry that counts. */
function living(made: Uint8Array): Uint8Array {
  const entry = encodeEntry(CTI, made);
  return entry.with(0, finished(entry[0]!));
}

test("an entry begins with two marks, the zeros of its length, its length, the cti's place and a CRC", () => {
  // 300 is 0100101100: six zeros. 11 0110 0100101100.
  const made = document(300);
  const entry = encodeEntry(CTI, made);
  assert.equal(toHex(entry.subarray(0, 3)), "d92c3c");
  assert.equal((entry[3]! << 8) | entry[4]!, crc16(concat(Uint8Array.of(60), made)));
  assert.deepEqual(entry.subarray(5), made);
  assert.equal(entry.length, entryBytes(300));
  assert.equal(finished(entry[0]!), 0x59);
  assert.equal(dead(finished(entry[0]!)), 0x19);
});

test("a finished entry is a grant, a dead one only takes up room, an unfinished one at the end is none", () => {
  const entry = living(document(300));
  const more = concat(entry, Uint8Array.of(0x59));
  assert.deepEqual(find(more), { kind: "entry", bytes: 305, cti: CTI });
  assert.deepEqual(documentOf(entry), document(300));
  assert.deepEqual(find(more.with(0, dead(more[0]!))), { kind: "entry", bytes: 305, cti: undefined });
  assert.deepEqual(find(encodeEntry(CTI, document(300))), { kind: "end" });
  assert.deepEqual(find(more.with(0, more[0]! | 0x80)), { kind: "entry", bytes: 305, cti: undefined });
});

test("what is too short to be an entry is the end, and two zeros are what was cleared", () => {
  assert.deepEqual(find(new Uint8Array(4)), { kind: "end" });
  assert.deepEqual(find(new Uint8Array(5)), { kind: "cleared" });
  assert.deepEqual(find(Uint8Array.of(0, 0x10, 0, 0, 0)), { kind: "cleared" });
  assert.deepEqual(find(new Uint8Array(5).fill(0xff)), { kind: "end" });
});

test("a document of 640 bytes is the longest, and its cti stands in the first 256", () => {
  assert.deepEqual(find(living(document(640))), { kind: "entry", bytes: 645, cti: CTI });
  assert.deepEqual(find(living(document(640, 255))), { kind: "entry", bytes: 645, cti: CTI });
  for (const bad of [document(641), document(640, 256), new Uint8Array(100)]) {
    assert.throws(() => encodeEntry(CTI, bad), RangeError);
  }
});

test("with any bit of its first two bytes turned an entry still takes up its room; with any other it is no grant", () => {
  const entry = living(document(80));
  const followed = concat(entry, Uint8Array.of(0x59));
  for (let bit = 0; bit < 8 * entry.length; bit++) {
    const turned = followed.with(bit >> 3, followed[bit >> 3]! ^ (1 << (bit & 7)));
    assert.deepEqual(find(turned), { kind: "entry", bytes: 85, cti: undefined }, `bit ${bit}`);
    if (bit >= 16) assert.equal(documentOf(turned.subarray(0, 85)), undefined);
  }
});
