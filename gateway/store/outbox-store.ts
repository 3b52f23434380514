import type { Database } from "./database.ts";
import { type EventRow, SELECT_EVENT } from "./event-store.ts";

/** Marks are kept so far apart: retention needs to know the time of delivery no better. */
export const MARK_EVERY_MS = 60 * 60_000;

/** How far each lock's events have come to the backend, and what overtakes. */
export class OutboxStore {
  readonly #database: Database;
  /** Counted once, then kept in step: to count millions for everyone who asks would take the machine. */
  readonly #waiting = new Map<string, { through: number; count: number }>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** The last event of this lock that need not be sent again; 0 if none. */
  deliveredCursor(lockId: string): number {
    return this.#database.get<{ cursor: number }>("SELECT cursor FROM delivery WHERE lock_id = ?", lockId)?.cursor ?? 0;
  }

  /** One lock's events after that, in order. */
  undelivered(lockId: string, limit: number): EventRow[] {
    const sql = `${SELECT_EVENT} WHERE lock_id = ? AND cursor > ? ORDER BY cursor LIMIT ?`;
    return this.#database.all<EventRow>(sql, lockId, this.deliveredCursor(lockId), limit);
  }

  undeliveredCount(lockId: string): number {
    const delivered = this.deliveredCursor(lockId);
    const known = this.#waiting.get(lockId) ?? { through: delivered, count: 0 };
    const news = this.#count(lockId, Math.max(known.through, delivered), Number.MAX_SAFE_INTEGER);
    const count = known.count + news.count;
    this.#waiting.set(lockId, { through: Math.max(known.through, news.last ?? 0), count });
    return count;
  }

  lockIdsWithUndelivered(): string[] {
    return this.#database
      .all<{ lock_id: string }>(
        `SELECT DISTINCT lock_id FROM log_position LEFT JOIN delivery USING (lock_id) WHERE EXISTS (
           SELECT 1 FROM event WHERE event.lock_id = log_position.lock_id AND event.cursor > coalesce(delivery.cursor, 0))
         ORDER BY lock_id`,
      )
      .map((row) => row.lock_id);
  }

  /**
   * Takes note of a receipt: records through each generation's seq are at the backend for good, and `cursor` is the last event
   * that need not be sent again. Neither goes back but by a rewind.
   */
  advance(lockId: string, durable: ReadonlyMap<number, number>, cursor: number, atMs: number): Promise<void> {
    return this.#database.write(() => {
      for (const [generation, seq] of durable) this.#raiseDurable(lockId, generation, seq);
      const before = this.deliveredCursor(lockId);
      if (cursor <= before) return;
      this.#forgetCounted(lockId, before, cursor);
      this.#database.run(
        "INSERT INTO delivery (lock_id, cursor) VALUES (?, ?) ON CONFLICT DO UPDATE SET cursor = excluded.cursor",
        lockId,
        cursor,
      );
      this.#database.run("DELETE FROM alarm WHERE lock_id = ? AND cursor <= ?", lockId, cursor);
      // A mark is of the beginning of its hour and moves with what is delivered in it.
      const hourMs = atMs - (atMs % MARK_EVERY_MS);
      this.#database.run(
        `INSERT INTO delivery_mark (lock_id, at_ms, cursor) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET cursor = excluded.cursor`,
        lockId,
        hourMs,
        cursor,
      );
    });
  }

  /** Whether this record, or one after it, has been given to the backend as far as the mark tells. */
  sentThrough(lockId: string, generation: number): number {
    const last = this.#database.get<EventRow>(
      `${SELECT_EVENT} WHERE lock_id = ? AND cursor <= ? ORDER BY cursor DESC LIMIT 1`,
      lockId,
      this.deliveredCursor(lockId),
    );
    return last?.generation === generation ? last.seq : 0;
  }

  /** Locks with alarms that wait for a lane of their own, the one with the newest first. */
  lockIdsWithAlarms(): string[] {
    return this.#database
      .all<{ lock_id: string }>("SELECT lock_id FROM alarm GROUP BY lock_id ORDER BY max(cursor) DESC")
      .map((row) => row.lock_id);
  }

  /** The newest first. */
  alarms(lockId: string, limit: number): EventRow[] {
    return this.#database.all<EventRow>(
      `${SELECT_EVENT} WHERE cursor IN (SELECT cursor FROM alarm WHERE lock_id = ? ORDER BY cursor DESC LIMIT ?)
       ORDER BY cursor DESC`,
      lockId,
      limit,
    );
  }

  /** They have come through on their lane, and will come again in their order. */
  forgetAlarms(cursors: readonly number[]): Promise<void> {
    return this.#database.write(() => {
      for (const cursor of cursors) this.#database.run("DELETE FROM alarm WHERE cursor = ?", cursor);
    });
  }

  /** The count that is kept for this lock no longer holds: events have gone, or will be sent again. */
  recount(lockId: string): void {
    this.#waiting.delete(lockId);
  }

  #raiseDurable(lockId: string, generation: number, seq: number): void {
    this.#database.run(
      `INSERT INTO log_position (lock_id, generation, durable_through) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET durable_through = max(durable_through, excluded.durable_through)`,
      lockId,
      generation,
      seq,
    );
  }

  #forgetCounted(lockId: string, before: number, cursor: number): void {
    const known = this.#waiting.get(lockId);
    if (!known) return;
    const through = Math.min(cursor, known.through);
    const delivered = through > before ? this.#count(lockId, before, through).count : 0;
    this.#waiting.set(lockId, { through: Math.max(known.through, cursor), count: known.count - delivered });
  }

  #count(lockId: string, after: number, through: number): { count: number; last: number | null } {
    const row = this.#database.get<{ count: number; last: number | null }>(
      "SELECT count(*) AS count, max(cursor) AS last FROM event WHERE lock_id = ? AND cursor > ? AND cursor <= ?",
      lockId,
      after,
      through,
    );
    return row ?? { count: 0, last: null };
  }
}
