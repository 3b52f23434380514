import { equalBytes } from "../../protocol/wire/bytes.ts";
import type { Database } from "./database.ts";

/** Twice what a gateway with 300 locks has to carry; 13 MB if all are as long as can be. */
const SHELF_GRANTS_MAX = 20_000;
/** Rosters come soon after their grants, and grants that are missing are asked for. */
const SHELF_KEPT_MS = 86_400_000;

/** Signed grants that wait for the rosters that name them. */
export class GrantShelf {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  document(grantId: string): Uint8Array | undefined {
    const sql = "SELECT document FROM shelved_grant WHERE grant_id = ?";
    return this.#database.get<{ document: Uint8Array }>(sql, grantId)?.document;
  }

  /** Inside `Database.write`; in place of an older document with the same id. */
  put(grantId: string, document: Uint8Array, nowMs: number): "put" | "duplicate" | "full" {
    const before = this.document(grantId);
    if (!before && this.#count() >= SHELF_GRANTS_MAX) return "full";
    this.#database.run(
      "INSERT OR REPLACE INTO shelved_grant (grant_id, document, at_ms) VALUES (?, ?, ?)",
      grantId,
      document,
      nowMs,
    );
    return before && equalBytes(before, document) ? "duplicate" : "put";
  }

  /** Inside `Database.write`: what has lain too long makes room. */
  clearOut(nowMs: number): void {
    this.#database.run("DELETE FROM shelved_grant WHERE at_ms < ?", nowMs - SHELF_KEPT_MS);
  }

  #count(): number {
    return this.#database.get<{ count: number }>("SELECT count(*) AS count FROM shelved_grant")?.count ?? 0;
  }
}
