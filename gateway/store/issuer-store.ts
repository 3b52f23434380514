import type { Database } from "./database.ts";

/** Which issuer this is, and what people have said of rosters that take away much. Changes happen inside `Database.write`. */
export class IssuerStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Inside `Database.write`. 16 hex digits: the one that was drawn first, be it this one or an earlier. */
  drawnOnce(issuerId: string): string {
    this.#database.run("INSERT OR IGNORE INTO issuer_identity (id, issuer_id) VALUES (1, ?)", issuerId);
    const sql = "SELECT issuer_id AS issuerId FROM issuer_identity";
    return this.#database.get<{ issuerId: string }>(sql)?.issuerId ?? issuerId;
  }

  /** How many grants the lock's roster with this epoch is meant to take away; undefined if nobody has said so. */
  meantRevocation(lockId: string, epoch: number): number | undefined {
    const sql = "SELECT grants FROM meant_revocation WHERE lock_id = ? AND epoch = ?";
    return this.#database.get<{ grants: number }>(sql, lockId, epoch)?.grants;
  }

  /** Inside `Database.write`. */
  putMeantRevocation(lockId: string, epoch: number, grants: number): void {
    this.#database.run(
      "INSERT OR REPLACE INTO meant_revocation (lock_id, epoch, grants) VALUES (?, ?, ?)",
      lockId,
      epoch,
      grants,
    );
  }
}
