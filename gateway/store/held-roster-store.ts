import type { Database } from "./database.ts";
import type { RosterHead } from "./roster-store.ts";

/** A roster that waits for a person: it would take `revokes` of `grantsBefore` grants away from its lock. */
export interface HeldRosterRow extends RosterHead {
  revokes: number;
  grantsBefore: number;
  atMs: number;
}

/** What a held roster differs in from the wanted one; ids in hex. */
export interface HeldDifference {
  put: readonly { id: string; document: Uint8Array }[];
  drop: readonly string[];
}

/** At most one for each lock; it goes when the lock does. */
export class HeldRosterStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(lockId: string): HeldRosterRow | undefined {
    return this.#database.get<HeldRosterRow>(
      `SELECT lock_id AS lockId, generation, epoch, document, revokes, grants_before AS grantsBefore, at_ms AS atMs
       FROM held_roster WHERE lock_id = ?`,
      lockId,
    );
  }

  difference(lockId: string): HeldDifference {
    const rows = this.#database.all<{ id: string; document: Uint8Array | null }>(
      "SELECT grant_id AS id, document FROM held_grant WHERE lock_id = ?",
      lockId,
    );
    return {
      put: rows.flatMap(({ id, document }) => (document ? [{ id, document }] : [])),
      drop: rows.filter(({ document }) => !document).map(({ id }) => id),
    };
  }

  /** Inside `Database.write`; in place of the one before. */
  put(roster: HeldRosterRow, { put, drop }: HeldDifference): void {
    const { lockId, generation, epoch, document, revokes, grantsBefore, atMs } = roster;
    this.remove(lockId);
    this.#database.run(
      `INSERT INTO held_roster (lock_id, generation, epoch, document, revokes, grants_before, at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      lockId,
      generation,
      epoch,
      document,
      revokes,
      grantsBefore,
      atMs,
    );
    const grants = [...put, ...drop.map((id) => ({ id, document: null }))];
    for (const grant of grants) {
      this.#database.run(
        "INSERT INTO held_grant (lock_id, grant_id, document) VALUES (?, ?, ?)",
        lockId,
        grant.id,
        grant.document,
      );
    }
  }

  /** Inside `Database.write`. */
  remove(lockId: string): void {
    this.#database.run("DELETE FROM held_roster WHERE lock_id = ?", lockId);
  }
}
