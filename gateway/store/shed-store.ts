import { isTelemetry } from "../../protocol/log/urgency.ts";
import type { Database } from "./database.ts";
import { EVENT_KINDS, type EventRow, SELECT_EVENT } from "./event-store.ts";
import { encodeLoss, lastSeqOf } from "./loss.ts";
import type { OutboxStore } from "./outbox-store.ts";

/** A log goes on from its last record, and its head covers the rest: both stay. */
const IS_NO_END = `NOT EXISTS (SELECT 1 FROM log_position AS end
  WHERE end.lock_id = event.lock_id AND end.generation = event.generation AND end.seq = event.seq)`;

/** Gives up events that nobody has taken, a slice at a time. Each loss is reported in its place. */
export class ShedStore {
  readonly #database: Database;
  readonly #outbox: OutboxStore;

  constructor(database: Database, outbox: OutboxStore) {
    this.#database = database;
    this.#outbox = outbox;
  }

  /** Looks at so many events above the cursor and gives up the telemetry among them; `last` is undefined at the end. */
  shedTelemetry(after: number, limit: number): Promise<{ shed: number; last: number | undefined }> {
    return this.#database.write(() => {
      const rows = this.#database.all<EventRow>(
        `${SELECT_EVENT} WHERE cursor > ? AND ${IS_NO_END} ORDER BY cursor LIMIT ?`,
        after,
        limit,
      );
      const telemetry = rows.filter(({ kind, payload }) => kind === "record" && isTelemetry(payload));
      this.#shed(telemetry);
      return { shed: telemetry.length, last: rows.at(-1)?.cursor };
    });
  }

  /** Gives up the oldest events, whatever they are; returns how many. Gaps stay: they are reports already. */
  shedOldest(limit: number): Promise<number> {
    return this.#database.write(() => {
      const rows = this.#database.all<EventRow>(
        `${SELECT_EVENT} WHERE kind IN ('record', 'head', 'asked-head') AND ${IS_NO_END} ORDER BY cursor LIMIT ?`,
        limit,
      );
      this.#shed(rows);
      return rows.length;
    });
  }

  #shed(rows: readonly EventRow[]): void {
    for (const { cursor } of rows) {
      this.#database.run("DELETE FROM event WHERE cursor = ?", cursor);
      this.#database.run("DELETE FROM alarm WHERE cursor = ?", cursor);
      this.#database.run("DELETE FROM set_aside WHERE cursor = ?", cursor);
    }
    for (const run of runsOf(rows)) this.#report(run);
    for (const lockId of new Set(rows.map((row) => row.lockId))) this.#outbox.recount(lockId);
  }

  /**
   * One report for the whole run and for what adjoins it, in the place of the last of them: a shorter one may be on its way
   * to the backend, and must not pass for this one.
   */
  #report({ lockId, generation, fromSeq, toSeq, cursor, receivedAtMs }: Run): void {
    const mark = this.#outbox.deliveredCursor(lockId);
    const isWaitingReport = (row: EventRow) => row.kind === "lost" && row.cursor > mark;
    const before = this.#around(lockId, generation, "seq < ? ORDER BY seq DESC", fromSeq).find(
      (row) => isWaitingReport(row) && lastSeqOf(row) === fromSeq - 1,
    );
    const after = this.#around(lockId, generation, "seq = ?", toSeq + 1).find(isWaitingReport);
    for (const joined of [before, after]) {
      if (joined) this.#database.run("DELETE FROM event WHERE cursor = ?", joined.cursor);
    }
    this.#database.run(
      `INSERT INTO event (cursor, lock_id, generation, seq, kind, payload, received_at_ms)
       VALUES (?, ?, ?, ?, 'lost', ?, ?)`,
      after?.cursor ?? cursor,
      lockId,
      generation,
      before?.seq ?? fromSeq,
      encodeLoss(after ? lastSeqOf(after) : toSeq, "quota"),
      receivedAtMs,
    );
  }

  #around(lockId: string, generation: number, where: string, seq: number): EventRow[] {
    return this.#database.all<EventRow>(
      `${SELECT_EVENT} WHERE lock_id = ? AND generation = ? AND ${where} LIMIT ${EVENT_KINDS.length}`,
      lockId,
      generation,
      seq,
    );
  }
}

/** Records without a hole between them. */
interface Run {
  lockId: string;
  generation: number;
  fromSeq: number;
  toSeq: number;
  /** Of the last. */
  cursor: number;
  receivedAtMs: number;
}

function runsOf(rows: readonly EventRow[]): Run[] {
  const runs: Run[] = [];
  const latest = new Map<string, Run>();
  for (const { lockId, generation, seq, kind, cursor, receivedAtMs } of rows) {
    if (kind !== "record") continue;
    const log = `${lockId}-${generation}`;
    const run = latest.get(log);
    if (run?.toSeq === seq - 1) {
      run.toSeq = seq;
      run.cursor = cursor;
    } else {
      const next = { lockId, generation, fromSeq: seq, toSeq: seq, cursor, receivedAtMs };
      latest.set(log, next);
      runs.push(next);
    }
  }
  return runs;
}
