import assert from "node:assert/strict";
import type { Database } from "./database.ts";

/** What a lock's log, or its absence, gave us, in the order it became durable here. */
export interface EventRow {
  /** Position in this gateway's own order; never reused. */
  cursor: number;
  lockId: string;
  generation: number;
  /** Of a record its own, of a head that of the record it signs, of a gap the first missing. */
  seq: number;
  kind: EventKind;
  /** record: 48 bytes (protocol.md §9). head: the signed document. gap: the last missing seq, 4 bytes big-endian. */
  payload: Uint8Array;
  receivedAtMs: number;
}

export type EventKind = "record" | "head" | "gap";

/** The last record that is durable here: the chain goes on from it. */
export interface LogPosition {
  generation: number;
  seq: number;
  /** 16 bytes. */
  head: Uint8Array;
}

const RECORD_BYTES = 48;
const CHAIN_HASH_BYTES = 16;

/** Events of all locks, how far each is delivered, and how far its lock was told so. */
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
    return (
      this.#database.get<{ seq: number | null }>(
        "SELECT max(seq) AS seq FROM event WHERE lock_id = ? AND generation = ? AND kind = 'head'",
        lockId,
        generation,
      )?.seq ?? 0
    );
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

  /** One lock's events that no receipt covers yet, in order. */
  undelivered(lockId: string, limit: number): EventRow[] {
    return this.afterForLock(lockId, this.deliveredCursor(lockId), limit);
  }

  undeliveredCount(lockId: string): number {
    return (
      this.#database.get<{ count: number }>(
        "SELECT count(*) AS count FROM event WHERE lock_id = ? AND cursor > ?",
        lockId,
        this.deliveredCursor(lockId),
      )?.count ?? 0
    );
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

  /** The last event of this lock that the backend has; 0 if none. */
  deliveredCursor(lockId: string): number {
    return this.#database.get<{ cursor: number }>("SELECT cursor FROM delivery WHERE lock_id = ?", lockId)?.cursor ?? 0;
  }

  /** The last seq of this generation that the backend has for good; 0 if none. */
  durableThrough(lockId: string, generation: number): number {
    return this.#position(lockId, generation)?.durable_through ?? 0;
  }

  /**
   * Takes note of a receipt: records through `seq` are at the backend for good, and `deliveredCursor` is the last event
   * that need not be sent again. Neither ever goes back.
   */
  setDurableThrough(lockId: string, generation: number, seq: number, deliveredCursor: number): Promise<void> {
    return this.#database.write(() => {
      this.#database.run(
        `INSERT INTO log_position (lock_id, generation, durable_through) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET durable_through = max(durable_through, excluded.durable_through)`,
        lockId,
        generation,
        seq,
      );
      this.#database.run(
        `INSERT INTO delivery (lock_id, cursor) VALUES (?, ?)
         ON CONFLICT DO UPDATE SET cursor = max(cursor, excluded.cursor)`,
        lockId,
        deliveredCursor,
      );
    });
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
    return this.#database.get<{ durable_through: number; acked_through: number }>(
      "SELECT durable_through, acked_through FROM log_position WHERE lock_id = ? AND generation = ?",
      lockId,
      generation,
    );
  }

  /** Whether the event is new. */
  #add(event: Omit<EventRow, "cursor">): boolean {
    const { lockId, generation, seq, kind, payload } = event;
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
    if (added > 0) return true;
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

  #movePosition({ lockId, generation, seq, head }: LogEnd): void {
    this.#database.run(
      `INSERT INTO log_position (lock_id, generation, seq, head) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET seq = excluded.seq, head = excluded.head WHERE excluded.seq > seq`,
      lockId,
      generation,
      seq,
      head,
    );
  }
}

interface LogEnd {
  lockId: string;
  generation: number;
  seq: number;
  head: Uint8Array | null;
}

/** Where these events leave each log that they are of; at 0 if no record is among them. */
function logEnds(events: readonly Omit<EventRow, "cursor">[]): Iterable<LogEnd> {
  const ends = new Map<string, LogEnd>();
  for (const { lockId, generation, seq, kind, payload } of events) {
    const log = `${lockId}-${generation}`;
    const end = ends.get(log) ?? { lockId, generation, seq: 0, head: null };
    ends.set(log, end);
    if (kind !== "record" || seq <= end.seq) continue;
    end.seq = seq;
    end.head = payload.subarray(RECORD_BYTES - CHAIN_HASH_BYTES);
  }
  return ends.values();
}

const SELECT_EVENT = `
  SELECT cursor, lock_id AS lockId, generation, seq, kind, payload, received_at_ms AS receivedAtMs FROM event`;
