import type { Database } from "./database.ts";

/** A roster that a lock had and nobody here had made. */
export interface ForeignRosterRow {
  epoch: number;
  digest: Uint8Array;
  /** When it was first seen, wall time. */
  atMs: number;
  /** How often a lock's foreign rosters have been overwritten since somebody decided. */
  renewals: number;
}

/** The last one of each lock. */
export class ForeignRosterStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(lockId: string): ForeignRosterRow | undefined {
    return this.#database.get(
      "SELECT epoch, digest, at_ms AS atMs, renewals FROM foreign_roster WHERE lock_id = ?",
      lockId,
    );
  }

  put(lockId: string, { epoch, digest, atMs, renewals }: ForeignRosterRow): Promise<void> {
    return this.#database.write(() => {
      this.#database.run(
        "INSERT OR REPLACE INTO foreign_roster (lock_id, epoch, digest, at_ms, renewals) VALUES (?, ?, ?, ?, ?)",
        lockId,
        epoch,
        digest,
        atMs,
        renewals,
      );
    });
  }

  /** Somebody has decided: they are counted anew. */
  resetRenewals(lockId: string): Promise<void> {
    return this.#database.write(() => {
      this.#database.run("UPDATE foreign_roster SET renewals = 0 WHERE lock_id = ?", lockId);
    });
  }
}
