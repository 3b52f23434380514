import assert from "node:assert/strict";
import { isAlarm } from "../../protocol/log/urgency.ts";
import type { Database } from "./database.ts";

/** What a lock's log, or its absence, gave us, in the order it became durable here. */
export interface EventRow {
  /** Position in this gateway's own order; never reused. */
  cursor: number;
  lockId: string;
  generation: number;
  /** Of a record its own, of a head that of the record it signs, of a gap or a loss the first missing. */
  seq: number;
  kind: EventKind;
  /**
   * record: 48 bytes (protocol.md §9). head: the signed document. asked-head: the nonce of 16 bytes, then the document. gap: the
   * last missing seq, 4 bytes big-endian. lost: as `loss.ts` says.
   */
  payload: Uint8Array;
  receivedAtMs: number;
}

/** `gap` is missing at the lock already; `lost` was here once. An `asked-head` is over the backend's nonce. */
export const EVENT_KINDS = ["record", "head", "asked-head", "gap", "lost"] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** The last record that is durable here: the chain goes on from it. */
export interface LogPosition {
  generation: number;
  seq: number;
  /** 16 bytes. */
  head: Uint8Array;
}

const RECORD_BYTES = 48;
const CHAIN_HASH_BYTES = 16;

/** Events of all locks, how far each log has come, and how far its lock was told so. */
export class EventStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Stores events in the order given. One that is there already is left alone; the same one with other bytes is our mistake. */
  append(events: readonly Omit<EventRow, "cursor">[]): Promise<void> {
    return this.#database.write(() => {
      for (const end of logEnds(events.filter((event) => this.#add(event)))) this.#movePosition(end);
    });
  }

  /** Where the newest generation's log ends here; undefined before its first record. */
  position(lockId: string): LogPosition | undefined {
    return this.#database.get<LogPosition>(
      "SELECT generation, seq, head FROM log_position WHERE lock_id = ? AND seq > 0 ORDER BY generation DESC LIMIT 1",
      lockId,
    );
  }

  /** Where the log of one generation ends here. */
  positionIn(lockId: string, generation: number): LogPosition | undefined {
    return this.#database.get<LogPosition>(
      "SELECT generation, seq, head FROM log_position WHERE lock_id = ? AND generation = ? AND seq > 0",
      lockId,
      generation,
    );
  }

  /** Every generation of this lock's log that is known here, oldest first. */
  generations(lockId: string): number[] {
    return this.#database
      .all<{ generation: number }>("SELECT generation FROM log_position WHERE lock_id = ? ORDER BY generation", lockId)
      .map((row) => row.generation);
  }

  /** The last seq that a signed head of this generation covers; 0 if none. */
  headThrough(lockId: string, generation: number): number {
    return this.#position(lockId, generation)?.head_through ?? 0;
  }

  /** One record's 48 bytes, or undefined. */
  record(lockId: string, generation: number, seq: number): Uint8Array | undefined {
    return this.#database.get<{ payload: Uint8Array }>(
      "SELECT payload FROM event WHERE lock_id = ? AND generation = ? AND seq = ? AND kind = 'record'",
      lockId,
      generation,
      seq,
    )?.payload;
  }

  /** How often this lock has let the grant be used, as far as its records are kept here: each use is an intent (protocol.md §9). */
  usesOf(lockId: string, generation: number, grantId: Uint8Array): number {
    const found = this.#database.get<{ uses: number }>(
      `SELECT count(*) AS uses FROM event WHERE lock_id = ? AND generation = ? AND kind = 'record'
         AND substr(payload, 9, 1) = x'02' AND substr(payload, 25, 8) = ?`,
      lockId,
      generation,
      grantId,
    );
    return found?.uses ?? 0;
  }

  /** Events of all locks above `cursor`, in order. */
  after(cursor: number, limit: number): EventRow[] {
    return this.#database.all<EventRow>(`${SELECT_EVENT} WHERE cursor > ? ORDER BY cursor LIMIT ?`, cursor, limit);
  }

  /** One lock's events above `cursor`, in order. */
  afterForLock(lockId: string, cursor: number, limit: number): EventRow[] {
    return this.#database.all<EventRow>(
      `${SELECT_EVENT} WHERE lock_id = ? AND cursor > ? ORDER BY cursor LIMIT ?`,
      lockId,
      cursor,
      limit,
    );
  }

  /** Events of some locks above `cursor`, in order. */
  afterForLocks(lockIds: readonly string[], cursor: number, limit: number): EventRow[] {
    // Each lock's own cursors stand in an index: what is between them, of other locks, is never looked at.
    const cursors = lockIds.flatMap((lockId) =>
      this.#database.all<{ cursor: number }>(
        "SELECT cursor FROM event WHERE lock_id = ? AND cursor > ? ORDER BY cursor LIMIT ?",
        lockId,
        cursor,
        limit,
      ),
    );
    const first = cursors
      .map((row) => row.cursor)
      .sort((one, other) => one - other)
      .slice(0, limit);
    return this.#database.all<EventRow>(
      `${SELECT_EVENT} WHERE cursor IN (SELECT value FROM json_each(?)) ORDER BY cursor`,
      JSON.stringify(first),
    );
  }

  /** The last seq of this generation that the backend has for good; 0 if none. */
  durableThrough(lockId: string, generation: number): number {
    return this.#position(lockId, generation)?.durable_through ?? 0;
  }

  /** The last seq whose receipt this lock has accepted (ACK LOG); 0 if none. */
  ackedThrough(lockId: string, generation: number): number {
    return this.#position(lockId, generation)?.acked_through ?? 0;
  }

  setAckedThrough(lockId: string, generation: number, seq: number): Promise<void> {
    return this.#database.write(() => {
      this.#database.run(
        `INSERT INTO log_position (lock_id, generation, acked_through) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET acked_through = max(acked_through, excluded.acked_through)`,
        lockId,
        generation,
        seq,
      );
    });
  }

  #position(lockId: string, generation: number) {
    return this.#database.get<{ durable_through: number; acked_through: number; head_through: number }>(
      "SELECT durable_through, acked_through, head_through FROM log_position WHERE lock_id = ? AND generation = ?",
      lockId,
      generation,
    );
  }

  /** Whether the event is new. */
  #add(event: Omit<EventRow, "cursor">): boolean {
    const { lockId, generation, seq, kind, payload } = event;
    // The newest demand is the one that somebody waits for.
    if (kind === "asked-head") this.#removeAskedHead(event);
    assert(kind !== "record" || payload.length === RECORD_BYTES, "a record of another length");
    const added = this.#database.run(
      `INSERT INTO event (lock_id, generation, seq, kind, payload, received_at_ms) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (lock_id, generation, seq, kind) DO NOTHING`,
      lockId,
      generation,
      seq,
      kind,
      payload,
      event.receivedAtMs,
    );
    if (added > 0) {
      if (kind === "record" && isAlarm(payload)) this.#noteAlarm(lockId);
      return true;
    }
    const known = this.#database.get<{ payload: Uint8Array }>(
      "SELECT payload FROM event WHERE lock_id = ? AND generation = ? AND seq = ? AND kind = ?",
      lockId,
      generation,
      seq,
      kind,
    );
    // A head is signed over a fresh nonce: a second one of the same record says nothing new.
    if (kind !== "head")
      assert.deepEqual(known?.payload, payload, `event ${lockId}-${generation}-${seq} has two contents`);
    return false;
  }

  #removeAskedHead({ lockId, generation, seq }: Omit<EventRow, "cursor">): void {
    this.#database.run(
      "DELETE FROM event WHERE lock_id = ? AND generation = ? AND seq = ? AND kind = 'asked-head'",
      lockId,
      generation,
      seq,
    );
  }

  /** Of the row that was just added. */
  #noteAlarm(lockId: string): void {
    this.#database.run("INSERT INTO alarm (cursor, lock_id) VALUES (last_insert_rowid(), ?)", lockId);
  }

  #movePosition({ lockId, generation, seq, head, headThrough }: LogEnd): void {
    this.#database.run(
      `INSERT INTO log_position (lock_id, generation, seq, head, head_through) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq), head_through = max(head_through, excluded.head_through),
         head = CASE WHEN excluded.seq > seq THEN excluded.head ELSE head END`,
      lockId,
      generation,
      seq,
      head,
      headThrough,
    );
  }
}

interface LogEnd {
  lockId: string;
  generation: number;
  seq: number;
  head: Uint8Array | null;
  headThrough: number;
}

/** Where these events leave each log that they are of; at 0 if no record, or no head, is among them. */
function logEnds(events: readonly Omit<EventRow, "cursor">[]): Iterable<LogEnd> {
  const ends = new Map<string, LogEnd>();
  for (const { lockId, generation, seq, kind, payload } of events) {
    const log = `${lockId}-${generation}`;
    const end = ends.get(log) ?? { lockId, generation, seq: 0, head: null, headThrough: 0 };
    ends.set(log, end);
    if (kind === "head") end.headThrough = Math.max(end.headThrough, seq);
    if (kind !== "record" || seq <= end.seq) continue;
    end.seq = seq;
    end.head = payload.subarray(RECORD_BYTES - CHAIN_HASH_BYTES);
  }
  return ends.values();
}

export const SELECT_EVENT = `
  SELECT cursor, lock_id AS lockId, generation, seq, kind, payload, received_at_ms AS receivedAtMs FROM event`;
