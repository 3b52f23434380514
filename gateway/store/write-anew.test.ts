import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "./testing/temporary-directory.ts";
import { writeAnew } from "./write-anew.ts";

test("a file that is written anew holds what it held", (t) => {
  const path = join(temporaryDirectory(t), "file");
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) & 0xff);
  writeFileSync(path, bytes);
  writeAnew(path);
  assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
});

test("a file that is not there is not made", (t) => {
  const path = join(temporaryDirectory(t), "none");
  writeAnew(path);
  assert.ok(!existsSync(path));
});
