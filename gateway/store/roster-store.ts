import type { Database } from "./database.ts";

/** The roster that a lock shall have (protocol.md §7), with every grant it counts. */
export interface WantedRoster {
  lockId: string;
  generation: number;
  epoch: number;
  document: Uint8Array;
  /** Whole documents in order of cti, as the roster's digest wants them. */
  grantDocuments: Uint8Array[];
}

/** One wanted roster per lock. */
export class RosterStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  wanted(lockId: string): WantedRoster | undefined {
    const roster = this.#database.get<Omit<WantedRoster, "grantDocuments">>(
      "SELECT lock_id AS lockId, generation, epoch, document FROM wanted_roster WHERE lock_id = ?",
      lockId,
    );
    if (!roster) return undefined;
    const grants = this.#database.all<{ document: Uint8Array }>(
      "SELECT document FROM wanted_grant WHERE lock_id = ? ORDER BY position",
      lockId,
    );
    return { ...roster, grantDocuments: grants.map((grant) => grant.document) };
  }

  /** The roster itself, without its grants. */
  document(lockId: string): Uint8Array | undefined {
    return this.#database.get<{ document: Uint8Array }>("SELECT document FROM wanted_roster WHERE lock_id = ?", lockId)
      ?.document;
  }

  /** 0 if none is wanted yet. */
  wantedEpoch(lockId: string): number {
    return (
      this.#database.get<{ epoch: number }>("SELECT epoch FROM wanted_roster WHERE lock_id = ?", lockId)?.epoch ?? 0
    );
  }

  /** Inside `Database.write`. */
  replace(roster: WantedRoster): void {
    this.#database.run("DELETE FROM wanted_roster WHERE lock_id = ?", roster.lockId);
    this.#database.run(
      "INSERT INTO wanted_roster (lock_id, generation, epoch, document) VALUES (?, ?, ?, ?)",
      roster.lockId,
      roster.generation,
      roster.epoch,
      roster.document,
    );
    for (const [position, document] of roster.grantDocuments.entries()) {
      this.#database.run(
        "INSERT INTO wanted_grant (lock_id, position, document) VALUES (?, ?, ?)",
        roster.lockId,
        position,
        document,
      );
    }
  }
}
