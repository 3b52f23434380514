import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { FileFlash, FlashFileError } from "./file-flash.ts";

const BLOCK = 4096;
const IMAGE_BYTES = 512 * 1024;

function tempFile(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "portvakt-flash-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return join(dir, "flash.bin");
}

test("a new file is a factory-fresh chip", (t) => {
  const path = tempFile(t);
  const flash = FileFlash.open(path);
  t.after(() => flash.close());
  assert.ok(flash.image().every((byte) => byte === 0xff));
  assert.ok(flash.wear.every((erases) => erases === 0));
});

test("every operation is in the file before it returns", (t) => {
  const path = tempFile(t);
  const flash = FileFlash.open(path);
  t.after(() => flash.close());
  flash.program(5, Uint8Array.of(1, 2, 3));
  assert.deepEqual([...readFileSync(path).subarray(4, 9)], [0xff, 1, 2, 3, 0xff]);
  flash.program(6, Uint8Array.of(0xf0));
  assert.deepEqual([...readFileSync(path).subarray(5, 8)], [1, 0, 3]);
  flash.eraseBlock(0);
  assert.ok(
    readFileSync(path)
      .subarray(0, IMAGE_BYTES)
      .every((byte) => byte === 0xff),
  );
});

test("another process finds the cells and their wear as they were left", (t) => {
  const path = tempFile(t);
  const flash = FileFlash.open(path);
  flash.program(BLOCK, Uint8Array.of(9));
  flash.eraseBlock(3 * BLOCK);
  flash.eraseBlock(3 * BLOCK);
  // Not closed first: a process that is killed closes nothing.
  const again = FileFlash.open(path);
  t.after(() => {
    flash.close();
    again.close();
  });
  assert.deepEqual(again.image(), flash.image());
  assert.equal(again.wear[3], 2);
});

test("a file that is no flash image is refused and left as it was", (t) => {
  const path = tempFile(t);
  writeFileSync(path, "something else");
  assert.throws(() => FileFlash.open(path), FlashFileError);
  assert.equal(readFileSync(path, "utf8"), "something else");
});
