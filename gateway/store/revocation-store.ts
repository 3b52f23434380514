import type { Database } from "./database.ts";

/** How many grants rosters have taken away from the locks of this gateway, of late. */
export class RevocationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Since then, exclusive; wall time. */
  grantsSince(atMs: number): number {
    const sql = "SELECT coalesce(sum(grants), 0) AS grants FROM recent_revocation WHERE at_ms > ?";
    return this.#database.get<{ grants: number }>(sql, atMs)?.grants ?? 0;
  }

  /** Inside `Database.write`; what came before `forgetBeforeMs` is forgotten. */
  add(grants: number, nowMs: number, forgetBeforeMs: number): void {
    this.#database.run("DELETE FROM recent_revocation WHERE at_ms < ?", forgetBeforeMs);
    this.#database.run("INSERT INTO recent_revocation (at_ms, grants) VALUES (?, ?)", nowMs, grants);
  }
}
