import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Database } from "../store/database.ts";

/** A database of its own in a folder that goes with the test. */
export function testDatabase(t: TestContext): Database {
  const folder = mkdtempSync(join(tmpdir(), "portvakt-test-"));
  const database = Database.open(join(folder, "portvakt.db"));
  t.after(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return database;
}
