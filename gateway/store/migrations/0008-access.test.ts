import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { Database } from "../database.ts";
import { type Migratable, migrate } from "../migrate.ts";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { TokenStore } from "../token-store.ts";
import { initial } from "./0001-initial.ts";
import { rights } from "./0002-rights.ts";
import { api } from "./0003-api.ts";

interface Sqlite extends Migratable {
  prepare(sql: string): { run(...values: unknown[]): void };
  close(): void;
}

const OpenSqlite: new (path: string) => Sqlite = createRequire(import.meta.url)("better-sqlite3");

test("tokens of before go on working, for the whole gateway", (t) => {
  const path = join(temporaryDirectory(t), "portvakt.db");
  const sqlite = new OpenSqlite(path);
  migrate(sqlite, path, [initial, rights, api]);
  const token = { id: "00000000000000ad", role: "admin" as const, hash: new Uint8Array(32).fill(7), createdAtMs: 5 };
  sqlite
    .prepare("INSERT INTO api_token (id, role, hash, created_at_ms, last_used_day) VALUES (?, ?, ?, ?, ?)")
    .run(token.id, token.role, token.hash, token.createdAtMs, "2027-01-07");
  sqlite.close();
  const database = Database.open(path);
  t.after(() => database.close());
  const [kept, ...others] = new TokenStore(database).list("", 10);
  assert.deepEqual({ ...kept, hash: new Uint8Array(kept?.hash ?? []) }, { ...token, lastUsedDay: "2027-01-07" });
  assert.deepEqual(others, []);
});
