import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Database } from "./database.ts";
import { type Migratable, migrate } from "./migrate.ts";
import { StoreError } from "./store-error.ts";
import { temporaryDirectory } from "./testing/temporary-directory.ts";

/** Notes what is asked of it. */
class FakeDatabase implements Migratable {
  version: number;
  readonly executed: string[] = [];

  constructor(version: number) {
    this.version = version;
  }

  exec(sql: string): void {
    this.executed.push(sql);
  }

  function(): void {}

  pragma(text: string): number {
    const set = /^user_version = (\d+)$/.exec(text)?.[1];
    if (set !== undefined) this.version = Number(set);
    return this.version;
  }
}

const steps = [1, 2, 3].map((number) => ({ number, name: `step ${number}`, sql: `sql ${number}` }));

test("an empty database goes through all steps in one transaction", () => {
  const database = new FakeDatabase(0);
  migrate(database, "x.db", steps);
  assert.deepEqual(database.executed, ["BEGIN EXCLUSIVE", "sql 1", "sql 2", "sql 3", "COMMIT"]);
  assert.equal(database.version, 3);
});

test("an older database goes through the steps that it lacks, a current one through none", () => {
  const older = new FakeDatabase(2);
  migrate(older, "x.db", steps);
  assert.deepEqual(older.executed, ["BEGIN EXCLUSIVE", "sql 3", "COMMIT"]);
  const current = new FakeDatabase(3);
  migrate(current, "x.db", steps);
  assert.deepEqual(current.executed, []);
});

test("a newer database is refused in one sentence and left alone", () => {
  const database = new FakeDatabase(4);
  assert.throws(
    () => migrate(database, "x.db", steps),
    new StoreError(
      "newer-schema",
      "x.db was written by a newer portvakt (schema 4, this one knows 3); run that version again",
    ),
  );
  assert.deepEqual(database.executed, []);
});

test("the schema of this version is made once and opens again", (t) => {
  const path = join(temporaryDirectory(t), "portvakt.db");
  for (let run = 0; run < 2; run++) {
    const database = Database.open(path);
    assert.deepEqual(database.all("SELECT lock_id FROM lock"), []);
    database.close();
  }
});
