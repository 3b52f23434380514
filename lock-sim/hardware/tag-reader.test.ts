import assert from "node:assert/strict";
import { test } from "node:test";
import { EmulatedTagReader, type Tag } from "./tag-reader.ts";

/** Answers each APDU with itself, `answers` times. */
function echo(uid: Uint8Array, answers: number): Tag & { left: number } {
  return {
    uid,
    left: 0,
    transceive: (apdu) => (answers-- > 0 ? apdu : undefined),
    leaveField() {
      this.left++;
    },
  };
}

test("a reader sees the tag in its field, and exchanges APDUs with it until it goes", () => {
  const reader = new EmulatedTagReader();
  assert.equal(reader.poll(), undefined);
  assert.equal(reader.exchange(Uint8Array.of(1)), undefined);
  const tag = echo(Uint8Array.of(4, 1), 1);
  reader.present(tag);
  assert.deepEqual(reader.poll(), tag.uid);
  assert.deepEqual(reader.exchange(Uint8Array.of(7)), Uint8Array.of(7));
  assert.equal(reader.exchange(Uint8Array.of(8)), undefined);
  assert.equal(reader.poll(), undefined);
  assert.equal(tag.left, 1);
});

test("a tag takes the place of the one that was there", () => {
  const reader = new EmulatedTagReader();
  const [one, other] = [echo(Uint8Array.of(4, 1), 9), echo(Uint8Array.of(4, 2), 9)];
  reader.present(one);
  reader.present(other);
  assert.equal(one.left, 1);
  assert.deepEqual(reader.poll(), other.uid);
});
