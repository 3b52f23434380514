import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { Database } from "../database.ts";
import { GrantStore } from "../grant-store.ts";
import { KeyChangeStore } from "../key-change-store.ts";
import { type Migratable, migrate } from "../migrate.ts";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { initial } from "./0001-initial.ts";
import { rights } from "./0002-rights.ts";
import { api } from "./0003-api.ts";
import { resume } from "./0004-resume.ts";
import { outbox } from "./0005-outbox.ts";

interface Sqlite extends Migratable {
  prepare(sql: string): { run(...values: unknown[]): void };
  close(): void;
}

const OpenSqlite: new (path: string) => Sqlite = createRequire(import.meta.url)("better-sqlite3");
const LOCK = "aaaaaaaaaaaaaaaa";
const [LIVING, REVOKED] = ["0000000000000001", "0000000000000002"] as const;
const FAR_AHEAD = 2 ** 40;

test("a grant of before stands in tables; a revoked one stays denied for good, since its end is not known", (t) => {
  const path = join(temporaryDirectory(t), "portvakt.db");
  const sqlite = new OpenSqlite(path);
  migrate(sqlite, path, [initial, rights, api, resume, outbox]);
  for (const [id, revokedAtMs] of [
    [LIVING, null],
    [REVOKED, 5],
  ]) {
    sqlite.prepare("INSERT INTO access_grant VALUES (?, 'bb', NULL, 7, x'aa', 1, ?, '', NULL, 0)").run(id, revokedAtMs);
    sqlite.prepare("INSERT INTO access_grant_lock VALUES (?, ?)").run(LOCK, id);
  }
  sqlite.close();

  const database = Database.open(path);
  const grants = new GrantStore(database);
  assert.deepEqual(grants.livingForLock(LOCK), [{ id: LIVING, hasPin: false }]);
  assert.deepEqual(grants.revokedForLock(LOCK, FAR_AHEAD), [{ id: REVOKED, issuedAt: 7 }]);
  assert.deepEqual([grants.toHandOut(), grants.get(LIVING)?.isCarried], [[], false]);
  assert.equal(new KeyChangeStore(database).newIssuerPk(), undefined);
  database.close();
});
