import assert from "node:assert/strict";
import { test } from "node:test";
import { CCM_TAG_BYTES } from "../../crypto/suite.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { encodeCommand } from "../../protocol/wire/commands.ts";
import { FRAME_BYTES_MAX } from "../../protocol/wire/messages.ts";
import { inFullFrames } from "./full-frames.ts";

const ROOM = FRAME_BYTES_MAX - 3 - CCM_TAG_BYTES;
const SEED = 7;

const itemsOf = (sizes: readonly number[]) => sizes.map((bytes, id) => ({ id: String(id), bytes }));
const putBytes = (items: readonly { bytes: number }[]) =>
  encodeCommand({ name: "grantPut", grants: items.map(({ bytes }) => new Uint8Array(bytes)) }).length;

test("every item is in one frame, and every frame has room for its own", () => {
  const random = new SeededRandom(SEED);
  for (let round = 0; round < 50; round++) {
    const sizes = Array.from(random.bytes(round), (byte) => 180 + (byte * 460) / 255).map(Math.floor);
    const frames = inFullFrames(itemsOf(sizes));
    for (const frame of frames) assert(putBytes(frame) <= ROOM, `seed ${SEED}, round ${round}`);
    const ids = frames.flat().map(({ id }) => Number(id));
    assert.deepEqual(
      ids.toSorted((a, b) => a - b),
      sizes.map((_, id) => id),
    );
  }
});

test("grants of usual sizes take at most one frame in ten more than their bytes alone would", () => {
  const random = new SeededRandom(SEED);
  const sizes = Array.from(random.bytes(250), (byte) => 200 + Math.floor((byte * 200) / 255));
  const frames = inFullFrames(itemsOf(sizes));
  const least = Math.ceil(sizes.reduce((sum, bytes) => sum + bytes + 3, 0) / ROOM);
  assert(frames.length <= 1.1 * least, `${frames.length} frames for at least ${least}`);
});

test("a frame takes as many ids as it has room for", () => {
  const frames = inFullFrames(itemsOf(Array.from({ length: 1_000 }, () => 8)));
  const drop = (count: number) =>
    encodeCommand({ name: "grantDrop", ids: Array.from({ length: count }, () => new Uint8Array(8)) }).length;
  assert(drop(frames[0]!.length) <= ROOM);
  assert(drop(frames[0]!.length + 1) > ROOM);
  assert.equal(frames.length, Math.ceil(1_000 / frames[0]!.length));
});
