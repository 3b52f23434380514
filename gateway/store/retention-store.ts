import type { Database } from "./database.ts";
import { MARK_EVERY_MS } from "./outbox-store.ts";

/** Takes away events that the backend has, a slice at a time: a long transaction would hold up everything else. */
export class RetentionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  lockIds(): string[] {
    return this.#database
      .all<{ lock_id: string }>("SELECT lock_id FROM delivery ORDER BY lock_id")
      .map((row) => row.lock_id);
  }

  /** The last event of this lock that was delivered at this time or before; 0 if none. */
  deliveredBy(lockId: string, atMs: number): number {
    const row = this.#database.get<{ cursor: number }>(
      "SELECT cursor FROM delivery_mark WHERE lock_id = ? AND at_ms <= ? ORDER BY at_ms DESC LIMIT 1",
      lockId,
      atMs - MARK_EVERY_MS,
    );
    return row?.cursor ?? 0;
  }

  /** Takes away this lock's oldest events through `cursor`, but none set aside and not its newest record; returns how many. */
  prune(lockId: string, cursor: number, limit: number): Promise<number> {
    return this.#database.write(() => {
      const through = Math.min(cursor, this.#newestRecord(lockId) - 1);
      const oldest = this.#database.all<{ cursor: number }>(
        `SELECT cursor FROM event WHERE lock_id = ? AND cursor <= ?
           AND NOT EXISTS (SELECT 1 FROM set_aside WHERE set_aside.cursor = event.cursor AND state <> 'dropped')
         ORDER BY cursor LIMIT ?`,
        lockId,
        through,
        limit,
      );
      const last = oldest.at(-1)?.cursor;
      if (oldest.length < limit) {
        this.#database.run("DELETE FROM delivery_mark WHERE lock_id = ? AND cursor < ?", lockId, cursor);
      }
      if (last === undefined) return 0;
      for (const row of oldest) {
        this.#database.run("DELETE FROM event WHERE cursor = ?", row.cursor);
        this.#database.run("DELETE FROM set_aside WHERE cursor = ?", row.cursor);
      }
      this.#database.run("UPDATE delivery SET pruned_cursor = max(pruned_cursor, ?) WHERE lock_id = ?", last, lockId);
      return oldest.length;
    });
  }

  /** The log goes on from it, and it bounds the time of day: it stays. */
  #newestRecord(lockId: string): number {
    const row = this.#database.get<{ cursor: number }>(
      `SELECT event.cursor FROM event JOIN log_position USING (lock_id, generation, seq)
       WHERE lock_id = ? AND kind = 'record' ORDER BY generation DESC LIMIT 1`,
      lockId,
    );
    return row?.cursor ?? Number.MAX_SAFE_INTEGER;
  }
}
