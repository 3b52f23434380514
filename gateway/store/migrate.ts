import type Sqlite from "better-sqlite3";
import { initial } from "./migrations/0001-initial.ts";
import { StoreError } from "./store-error.ts";

/** One step of the schema. A step that has been released is never edited. */
export interface Migration {
  number: number;
  name: string;
  sql: string;
}

const MIGRATIONS: readonly Migration[] = [initial];

/** Brings the schema up to this version, each step in a transaction of its own. Refuses a database of a newer version. */
export function migrate(sqlite: Sqlite.Database, path: string, migrations = MIGRATIONS): void {
  const stored = Number(sqlite.pragma("user_version", { simple: true }));
  const newest = migrations.at(-1)?.number ?? 0;
  if (stored > newest) {
    throw new StoreError(
      "newer-schema",
      `${path} was written by a newer portvakt (schema ${stored}, this one knows ${newest}); run that version again`,
    );
  }
  for (const { number, sql } of migrations) {
    if (number <= stored) continue;
    sqlite.transaction(() => {
      sqlite.exec(sql);
      sqlite.pragma(`user_version = ${number}`);
    })();
  }
}
