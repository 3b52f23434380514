import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tag } from "../hardware/tag-reader.ts";
import { faultyTag } from "./faulty-tag.ts";

const ANSWER = Uint8Array.of(0x11, 0x22, 0x91, 0x00);
const COMMAND = Uint8Array.of(0x90);

function soundTag(): Tag & { left: number } {
  return {
    uid: new Uint8Array(7),
    left: 0,
    transceive: () => ANSWER,
    leaveField() {
      this.left++;
    },
  };
}

test("a fault strikes at its APDU alone", () => {
  const faults = [
    [{ kind: "status-word", statusWord: 0x91ae }, Uint8Array.of(0x11, 0x22, 0x91, 0xae)],
    [{ kind: "answer-length", bytes: 1 }, Uint8Array.of(0x11)],
    [{ kind: "answer-length", bytes: 5 }, Uint8Array.of(0x11, 0x22, 0x91, 0x00, 0x00)],
    [{ kind: "flipped-bit", bit: 8 }, Uint8Array.of(0x11, 0xa2, 0x91, 0x00)],
    [{ kind: "flipped-bit", bit: 32 }, ANSWER],
  ] as const;
  for (const [fault, spoiled] of faults) {
    const tag = faultyTag(soundTag(), { ...fault, atApdu: 2 });
    assert.deepEqual(
      [1, 2, 3].map(() => tag.transceive(COMMAND)),
      [ANSWER, spoiled, ANSWER],
    );
  }
});

test("a tag that was pulled away stays away until it comes into the field again, where the same happens", () => {
  const sound = soundTag();
  const tag = faultyTag(sound, { kind: "pulled-away", atApdu: 2 });
  for (const times of [1, 2]) {
    assert.deepEqual(tag.transceive(COMMAND), ANSWER);
    for (let i = 0; i < 2; i++) assert.equal(tag.transceive(COMMAND), undefined);
    tag.leaveField?.();
    assert.equal(sound.left, times);
  }
});

test("a replay plays to its end and is gone", () => {
  const tag = faultyTag(soundTag(), { kind: "replayed", answers: [COMMAND] });
  assert.deepEqual(tag.transceive(COMMAND), COMMAND);
  assert.equal(tag.transceive(COMMAND), undefined);
});
