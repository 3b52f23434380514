import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryFlash } from "../../hardware/memory-flash.ts";
import { RottenFlash } from "./bit-rot.ts";
import { eraseRegion, programChecked } from "./flash-io.ts";

test("a cell that does not take what is programmed stops the lock", () => {
  const flash = new MemoryFlash();
  programChecked(flash, 10, Uint8Array.of(0x0f, 0xf0));
  assert.deepEqual(flash.read(9, 4), Uint8Array.of(0xff, 0x0f, 0xf0, 0xff));
  // Programming takes ones away and gives none back.
  assert.throws(() => programChecked(flash, 11, Uint8Array.of(0xff)), RottenFlash);
});

test("of a region the blocks that are not erased are erased, and no others", () => {
  const flash = new MemoryFlash();
  const block = flash.eraseBlockBytes;
  for (const at of [0, 2 * block - 1, 4 * block]) flash.program(at, Uint8Array.of(0));
  eraseRegion(flash, { offset: block, blocks: 3 });
  assert.deepEqual(flash.wear.slice(0, 5), [0, 1, 0, 0, 0]);
  assert.equal(flash.read(2 * block - 1, 1)[0], 0xff);
});
