import { join } from "node:path";
import type { TestContext } from "node:test";
import { Database, type DatabaseOptions } from "../database.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** A database of its own that goes with the test. */
export function temporaryDatabase(test: Pick<TestContext, "after">, options: DatabaseOptions = {}): Database {
  const database = Database.open(join(temporaryDirectory(test), "portvakt.db"), options);
  test.after(() => database.close());
  return database;
}
