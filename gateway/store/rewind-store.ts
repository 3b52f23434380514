import type { Database } from "./database.ts";
import { EVENT_KINDS, type EventRow, SELECT_EVENT } from "./event-store.ts";
import { encodeLoss, lastSeqOf } from "./loss.ts";
import type { OutboxStore } from "./outbox-store.ts";

/** Takes delivery back to where a backend says that it is, as far as its events are still here. */
export class RewindStore {
  readonly #database: Database;
  readonly #outbox: OutboxStore;

  constructor(database: Database, outbox: OutboxStore) {
    this.#database = database;
    this.#outbox = outbox;
  }

  /**
   * The backend has this generation's records through `seq` only. What follows is sent again; what of it has gone with its
   * retention is reported as lost in its place.
   */
  rewind(lockId: string, generation: number, seq: number, atMs: number): Promise<void> {
    return this.#database.write(() => {
      const mark = Math.min(this.#outbox.deliveredCursor(lockId), this.#cursorBefore(lockId, generation, seq, atMs));
      this.#database.run("UPDATE delivery SET cursor = ? WHERE lock_id = ?", mark, lockId);
      this.#database.run("DELETE FROM delivery_mark WHERE lock_id = ? AND cursor > ?", lockId, mark);
      this.#database.run(
        "UPDATE log_position SET durable_through = min(durable_through, ?) WHERE lock_id = ? AND generation = ?",
        seq,
        lockId,
        generation,
      );
      this.#outbox.recount(lockId);
    });
  }

  /** The last cursor before what has to be sent again. */
  #cursorBefore(lockId: string, generation: number, seq: number, atMs: number): number {
    const around = this.#database.all<EventRow>(
      `${SELECT_EVENT} WHERE lock_id = ? AND generation = ? AND seq <= ? ORDER BY seq DESC LIMIT ?`,
      lockId,
      generation,
      seq,
      EVENT_KINDS.length,
    );
    const record = around.find((row) => row.kind === "record" && row.seq === seq);
    if (record) return record.cursor;
    const missing = around.find((row) => lastSeqOf(row) > seq);
    if (missing) return missing.cursor - 1;
    const next = this.#database.get<EventRow>(
      `${SELECT_EVENT} WHERE lock_id = ? AND generation = ? AND seq > ? ORDER BY seq, cursor LIMIT 1`,
      lockId,
      generation,
      seq,
    );
    if (next?.seq === seq + 1) return next.cursor - 1;
    if (!next && seq >= this.#lastSeq(lockId, generation)) return Number.MAX_SAFE_INTEGER;
    return this.#reportGone(lockId, generation, seq + 1, next, atMs) - 1;
  }

  /** Puts a report of what has gone before `next`; returns its cursor. */
  #reportGone(lockId: string, generation: number, fromSeq: number, next: EventRow | undefined, atMs: number): number {
    const pruned = this.#database.get<{ pruned_cursor: number }>(
      "SELECT pruned_cursor FROM delivery WHERE lock_id = ?",
      lockId,
    )?.pruned_cursor;
    if (!next) return this.#insertLoss(null, lockId, generation, fromSeq, this.#lastSeq(lockId, generation), atMs);
    // An earlier rewind has left its report there: the new one covers it too.
    const isReport = next.kind === "lost" && next.cursor === pruned;
    if (isReport) this.#database.run("DELETE FROM event WHERE cursor = ?", next.cursor);
    const toSeq = isReport ? lastSeqOf(next) : next.seq - 1;
    return this.#insertLoss(pruned ?? null, lockId, generation, fromSeq, toSeq, atMs);
  }

  /** A cursor that retention has freed is this lock's own, and stands before all that is left; null is the next new one. */
  #insertLoss(
    cursor: number | null,
    lockId: string,
    generation: number,
    fromSeq: number,
    toSeq: number,
    atMs: number,
  ): number {
    this.#database.run(
      `INSERT OR REPLACE INTO event (cursor, lock_id, generation, seq, kind, payload, received_at_ms)
       VALUES (?, ?, ?, ?, 'lost', ?, ?)`,
      cursor,
      lockId,
      generation,
      fromSeq,
      encodeLoss(toSeq, "retention"),
      atMs,
    );
    return cursor ?? this.#database.get<{ cursor: number }>("SELECT last_insert_rowid() AS cursor")?.cursor ?? 0;
  }

  #lastSeq(lockId: string, generation: number): number {
    const row = this.#database.get<{ seq: number }>(
      "SELECT seq FROM log_position WHERE lock_id = ? AND generation = ?",
      lockId,
      generation,
    );
    return row?.seq ?? 0;
  }
}
