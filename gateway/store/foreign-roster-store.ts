import type { Database } from "./database.ts";

/** A roster that a lock had and nobody here had made. */
export interface ForeignRosterRow {
  epoch: number;
  digest: Uint8Array;
  /** When it was first seen, wall time. */
  atMs: number;
  /** How often such rosters of the lock have been overwritten since somebody decided. */
  renewals: number;
  /** Of the roster that did that last; 0 if none has. */
  renewedEpoch: number;
}

/** The last one of each lock. */
export class ForeignRosterStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(lockId: string): ForeignRosterRow | undefined {
    return this.#database.get(
      "SELECT epoch, digest, at_ms AS atMs, renewals, renewed_epoch AS renewedEpoch FROM foreign_roster WHERE lock_id = ?",
      lockId,
    );
  }

  put(lockId: string, { epoch, digest, atMs, renewals, renewedEpoch }: ForeignRosterRow): Promise<void> {
    return this.#database.write(() => {
      this.#database.run(
        `INSERT OR REPLACE INTO foreign_roster (lock_id, epoch, digest, at_ms, renewals, renewed_epoch)
         VALUES (?, ?, ?, ?, ?, ?)`,
        lockId,
        epoch,
        digest,
        atMs,
        renewals,
        renewedEpoch,
      );
    });
  }
}
