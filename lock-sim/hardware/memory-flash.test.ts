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
  assert.deepEqual(flash.operations, { programs: 1, programmedBytes: 2, erases: 1 });
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

/** What is left of zeros programmed from `offset` on when the power goes meanwhile, for each of many seeds. */
function tornZeros(offset: number, length: number): Uint8Array[] {
  return Array.from({ length: 400 }, (_, seed) => {
    const flash = new MemoryFlash({ random: new SeededRandom(seed) });
    flash.powerCutAtOperation(1);
    assert.throws(() => flash.program(offset, new Uint8Array(length)), PowerCut);
    assert.deepEqual(flash.read(offset + length, 4), new Uint8Array(4).fill(0xff), "what lies behind stays");
    return flash.read(offset, length);
  });
}

test("a torn program may leave every prefix of what was to be programmed, and one byte half done", () => {
  const done = new Set<number>();
  for (const left of tornZeros(0, 4)) {
    const half = left.findIndex((byte) => byte !== 0);
    if (half < 0 || left.slice(half + 1).every((byte) => byte === 0xff)) done.add(half);
  }
  assert.deepEqual([...done].sort(), [-1, 0, 1, 2, 3]);
});

test("a torn program may have done a later page and not the one before it, and bits of a page in any order", () => {
  const left = tornZeros(200, 120);
  const pages = left.map((bytes) => [bytes.subarray(0, 56), bytes.subarray(56)] as const);
  const isDone = (page: Uint8Array) => page.every((byte) => byte === 0);
  const isUndone = (page: Uint8Array) => page.every((byte) => byte === 0xff);
  assert.ok(pages.some(([first, second]) => isUndone(first) && isDone(second)));
  assert.ok(pages.some(([first]) => first[0] !== 0 && first[55] !== 0xff && !isUndone(first)));
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

test("one cell turns over by itself, either way, and nothing else", () => {
  const flash = new MemoryFlash();
  flash.flipBit(77, 3);
  assert.deepEqual(flash.read(76, 3), Uint8Array.of(0xff, 0b1111_0111, 0xff));
  flash.flipBit(77, 3);
  assert.deepEqual(flash.read(77, 1), Uint8Array.of(0xff));
  assert.deepEqual(flash.operations, { programs: 0, programmedBytes: 0, erases: 0 });
});
