import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { MemoryFlash, PowerCut } from "./memory-flash.ts";

const BLOCK = 4096;

test("programming only ever turns 1 into 0", () => {
  const flash = new MemoryFlash();
  flash.program(10, Uint8Array.of(0b1111_0000));
  flash.program(10, Uint8Array.of(0b1010_1010));
  assert.deepEqual(flash.read(10, 1), Uint8Array.of(0b1010_0000));
});

test("erasing turns a whole block into FF and no other, and is counted", () => {
  const flash = new MemoryFlash();
  flash.program(BLOCK - 1, Uint8Array.of(0, 0));
  flash.eraseBlock(BLOCK);
  assert.deepEqual(flash.read(BLOCK - 1, 2), Uint8Array.of(0, 0xff));
  assert.deepEqual(flash.wear.slice(0, 3), [0, 1, 0]);
  assert.deepEqual(flash.operations, { programs: 1, erases: 1 });
});

test("what lies outside, and half a block, is our mistake", () => {
  const flash = new MemoryFlash();
  assert.throws(() => flash.read(flash.sizeBytes, 1), RangeError);
  assert.throws(() => flash.program(flash.sizeBytes - 1, new Uint8Array(2)), RangeError);
  assert.throws(() => flash.eraseBlock(1), RangeError);
});

test("a power cut tears the operation it comes in, and nothing works until power is back", () => {
  const flash = new MemoryFlash({ random: new SeededRandom(1) });
  flash.powerCutAtOperation(2);
  flash.program(0, Uint8Array.of(1));
  assert.throws(() => flash.program(1, new Uint8Array(8)), PowerCut);
  assert.throws(() => flash.program(100, Uint8Array.of(0)), PowerCut);
  assert.deepEqual(flash.read(100, 1), Uint8Array.of(0xff));
  flash.powerOn();
  flash.program(100, Uint8Array.of(0));
  assert.deepEqual(flash.read(100, 1), Uint8Array.of(0));
});

test("a torn program leaves a prefix, one byte half done and the rest as it was", () => {
  const lengths = new Set<number>();
  for (let seed = 1; seed <= 200; seed++) {
    const flash = new MemoryFlash({ random: new SeededRandom(seed) });
    flash.powerCutAtOperation(1);
    assert.throws(() => flash.program(0, new Uint8Array(4)), PowerCut);
    const left = [...flash.read(0, 4)];
    const done = left.findIndex((byte) => byte !== 0);
    lengths.add(done);
    if (done >= 0)
      assert.ok(
        left.slice(done + 1).every((byte) => byte === 0xff),
        `seed ${seed}: ${left}`,
      );
  }
  assert.deepEqual([...lengths].sort(), [-1, 0, 1, 2, 3], "every prefix occurs");
});

test("a torn erase leaves other blocks alone", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const flash = new MemoryFlash({ random: new SeededRandom(seed) });
    flash.program(2 * BLOCK, new Uint8Array(BLOCK));
    flash.powerCutAtOperation(1);
    assert.throws(() => flash.eraseBlock(BLOCK), PowerCut);
    assert.ok(flash.read(2 * BLOCK, BLOCK).every((byte) => byte === 0));
    assert.ok(flash.read(0, BLOCK).every((byte) => byte === 0xff));
  }
});
