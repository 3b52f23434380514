import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { KeptFile } from "./kept-file.ts";

function tempFile(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "portvakt-kept-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return join(dir, "kept.json");
}

test("what was written last is read, by another process too", (t) => {
  const path = tempFile(t);
  const kept = new KeptFile<{ n: number }>(path);
  assert.equal(kept.read(), undefined);
  kept.write({ n: 1 });
  kept.write({ n: 2 });
  assert.deepEqual(new KeptFile(path).read(), { n: 2 });
  kept.write(undefined);
  assert.equal(new KeptFile(path).read(), undefined);
});

test("a file that was spoilt counts as forgotten", (t) => {
  const path = tempFile(t);
  writeFileSync(path, '{"n":');
  assert.equal(new KeptFile(path).read(), undefined);
});
