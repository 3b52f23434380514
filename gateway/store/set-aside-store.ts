import type { Database } from "./database.ts";
import type { EventRow } from "./event-store.ts";

/** An event that the backend will not take. `held`: until a person decides; `retry`: one more try is wanted; `dropped`: given up. */
export interface SetAsideRow extends EventRow {
  state: "held" | "retry" | "dropped";
  /** The backend has refused to be told of it as well: it is passed over. */
  isReportRefused: 0 | 1;
  /** A sentence. */
  why: string;
  atMs: number;
}

/** Events set aside, so that those behind them get through. They are kept until a person decides. */
export class SetAsideStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A second time: the backend has refused the report that stood in the event's place. */
  put(event: Pick<EventRow, "cursor" | "lockId">, why: string, atMs: number): Promise<void> {
    return this.#database.write(() => {
      this.#database.run(
        `INSERT INTO set_aside (cursor, lock_id, state, why, at_ms) VALUES (?, ?, 'held', ?, ?)
         ON CONFLICT DO UPDATE SET state = iif(state = 'dropped', state, 'held'), is_report_refused = 1, why = excluded.why, at_ms = excluded.at_ms`,
        event.cursor,
        event.lockId,
        why,
        atMs,
      );
    });
  }

  /** What stands in the way of this lock's delivery, dropped ones included. */
  between(lockId: string, fromCursor: number, throughCursor: number): SetAsideRow[] {
    return this.#select(
      "set_aside.lock_id = ? AND set_aside.cursor BETWEEN ? AND ?",
      lockId,
      fromCursor,
      throughCursor,
    );
  }

  /** All that a person has to decide on, above `cursor`. */
  open(cursor: number, limit: number): SetAsideRow[] {
    return this.#select("state <> 'dropped' AND set_aside.cursor > ? ORDER BY set_aside.cursor LIMIT ?", cursor, limit);
  }

  get(cursor: number): SetAsideRow | undefined {
    return this.#select("set_aside.cursor = ? AND state <> 'dropped'", cursor)[0];
  }

  count(): number {
    const sql = "SELECT count(*) AS count FROM set_aside WHERE state <> 'dropped'";
    return this.#database.get<{ count: number }>(sql)?.count ?? 0;
  }

  /** The same, of these locks. */
  countOf(lockIds: readonly string[]): number {
    const sql = `SELECT count(*) AS count FROM set_aside
      WHERE state <> 'dropped' AND lock_id IN (SELECT value FROM json_each(?))`;
    return this.#database.get<{ count: number }>(sql, JSON.stringify(lockIds))?.count ?? 0;
  }

  /** The next of this lock that shall be tried once more. */
  toRetry(lockId: string): SetAsideRow | undefined {
    return this.#select("set_aside.lock_id = ? AND state = 'retry' ORDER BY set_aside.cursor LIMIT 1", lockId)[0];
  }

  lockIdsToRetry(): string[] {
    return this.#database
      .all<{ lock_id: string }>("SELECT DISTINCT lock_id FROM set_aside WHERE state = 'retry'")
      .map((row) => row.lock_id);
  }

  setState(cursor: number, state: SetAsideRow["state"]): Promise<void> {
    return this.#database.write(() => {
      this.#database.run("UPDATE set_aside SET state = ? WHERE cursor = ?", state, cursor);
    });
  }

  /** The backend has it after all. */
  remove(cursor: number): Promise<void> {
    return this.#database.write(() => {
      this.#database.run("DELETE FROM set_aside WHERE cursor = ?", cursor);
    });
  }

  #select(where: string, ...values: (number | string)[]): SetAsideRow[] {
    return this.#database.all<SetAsideRow>(
      `SELECT event.cursor, event.lock_id AS lockId, generation, seq, kind, payload, received_at_ms AS receivedAtMs,
         state, is_report_refused AS isReportRefused, why, at_ms AS atMs
       FROM set_aside JOIN event ON event.cursor = set_aside.cursor WHERE ${where}`,
      ...values,
    );
  }
}
