import { initial } from "./migrations/0001-initial.ts";
import { rights } from "./migrations/0002-rights.ts";
import { api } from "./migrations/0003-api.ts";
import { resume } from "./migrations/0004-resume.ts";
import { outbox } from "./migrations/0005-outbox.ts";
import { rosters } from "./migrations/0006-rosters.ts";
import { fleet } from "./migrations/0007-fleet.ts";
import { access } from "./migrations/0008-access.ts";
import { issuer } from "./migrations/0009-issuer.ts";
import type { Migration, SqlFunction } from "./migrations/migration.ts";
import { StoreError } from "./store-error.ts";

/** What a migration needs of the database. */
export interface Migratable {
  exec(sql: string): unknown;
  pragma(text: string, options?: { simple: boolean }): unknown;
  /** Gives SQL a function. */
  function(name: string, work: SqlFunction): unknown;
}

const MIGRATIONS: readonly Migration[] = [initial, rights, api, resume, outbox, rosters, fleet, access, issuer];

/** Brings the schema up to this version, all steps or none. Throws StoreError if the database is of a newer version. */
export function migrate(database: Migratable, path: string, migrations = MIGRATIONS): void {
  const stored = Number(database.pragma("user_version", { simple: true }));
  const newest = migrations.at(-1)?.number ?? 0;
  if (stored > newest) {
    throw new StoreError(
      "newer-schema",
      `${path} was written by a newer portvakt (schema ${stored}, this one knows ${newest}); run that version again`,
    );
  }
  const steps = migrations.filter(({ number }) => number > stored);
  if (steps.length === 0) return;
  // A throw on the way closes the connection, and that rolls back.
  database.exec("BEGIN EXCLUSIVE");
  for (const { sql, functions = {} } of steps) {
    for (const [name, work] of Object.entries(functions)) database.function(name, work);
    database.exec(sql);
  }
  database.pragma(`user_version = ${newest}`);
  database.exec("COMMIT");
}
