import assert from "node:assert/strict";
import { copyFileSync, cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Database } from "./database.ts";
import { temporaryDirectory } from "./testing/temporary-directory.ts";

/** A start and a stop. */
function run(path: string): boolean {
  const database = Database.open(path);
  database.close();
  return database.isContinued;
}

test("a database goes on from one start to the next", (t) => {
  const path = join(temporaryDirectory(t), "portvakt.db");
  assert.deepEqual([run(path), run(path), run(path)], [false, true, true]);
});

test("a copy that is put back is known, alone or with all that lay beside it", (t) => {
  const folder = temporaryDirectory(t);
  const path = join(folder, "portvakt.db");
  const backup = join(temporaryDirectory(t), "backup");
  run(path);
  cpSync(folder, backup, { recursive: true });
  run(path);
  copyFileSync(join(backup, "portvakt.db"), path);
  assert.deepEqual([run(path), run(path)], [false, true]);
  cpSync(backup, folder, { recursive: true });
  assert.deepEqual([run(path), run(path)], [false, true]);
});

test("without the file of the last start nothing is known, and the next start makes it anew", (t) => {
  const path = join(temporaryDirectory(t), "portvakt.db");
  run(path);
  rmSync(`${path}-start`);
  assert.deepEqual([run(path), run(path)], [false, true]);
});
