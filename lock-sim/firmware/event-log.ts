import { NO_AUX } from "../../protocol/log/aux.ts";
import { type LogRecord, NO_SLOT, RecordFlag, type RecordType } from "../../protocol/log/record.ts";
import { concat, equalBytes, Reader, uint8, uint32 } from "../../protocol/wire/bytes.ts";
import { CellKey } from "./cell-keys.ts";
import type { LockClock } from "./lock-clock.ts";
import type { Cells } from "./storage/cells.ts";
import type { LogPosition, LogStore } from "./storage/log-store.ts";

const NO_REF = new Uint8Array(8);

/** What happened; fields left out have nothing to say (protocol.md §9). */
export interface Event {
  readonly type: RecordType;
  /** Absent: not a gateway's. */
  readonly slot?: number;
  readonly result?: number;
  /** Besides "time uncertain", which is seen to here. */
  readonly flags?: number;
  readonly n?: number;
  /** 8 bytes. */
  readonly ref?: Uint8Array;
  /** 8 bytes. */
  readonly aux?: Uint8Array;
}

/**
 * The log as the rest of the firmware writes it: with the time and what is known of it.
 *
 * Some changes live in cells and their records in the log, and a power cut can fall between. Such a change makes
 * its record *owed* in the same atomic step; whatever is still missing is appended at boot.
 */
export class EventLog {
  readonly #store: LogStore;
  readonly #clock: LockClock;
  readonly #cells: Cells;

  constructor(store: LogStore, clock: LockClock, cells: Cells) {
    this.#store = store;
    this.#clock = clock;
    this.#cells = cells;
  }

  get position(): LogPosition {
    return this.#store.position;
  }

  /** Seconds since 1970 UTC; 0 while there is no record. */
  get newestTime(): number {
    const { generation, seq } = this.#store.position;
    return this.#store.record(generation, seq)?.time ?? 0;
  }

  /** When this returns the record lasts. */
  append(event: Event): LogRecord {
    return this.#store.append({
      time: this.#clock.now(),
      type: event.type,
      slot: event.slot ?? NO_SLOT,
      result: event.result ?? 0,
      flags: (event.flags ?? 0) | (this.#clock.isUncertain() ? RecordFlag.timeUncertain : 0),
      n: event.n ?? 0,
      ref: event.ref ?? NO_REF,
      aux: event.aux ?? NO_AUX,
    });
  }

  /** The cell that makes these records owed. Only type, slot, n and aux are kept; the caller pays right after. */
  owed(events: readonly Event[]): [key: number, value: Uint8Array] {
    const rows = events.map((event) =>
      concat(uint8(event.type), uint8(event.slot ?? NO_SLOT), uint32(event.n ?? 0), event.aux ?? NO_AUX),
    );
    return [CellKey.owedRecords, concat(uint32(this.#store.position.seq), ...rows)];
  }

  /** Appends what the change made owed. */
  pay(events: readonly Event[]): void {
    for (const event of events) this.append(event);
    this.#cells.delete(CellKey.owedRecords);
  }

  /** At boot: appends the owed records that a power cut kept out of the log. */
  settle(): void {
    const stored = this.#cells.get(CellKey.owedRecords);
    if (!stored) return;
    const reader = new Reader(stored);
    const afterSeq = reader.uint32();
    while (reader.remaining > 0) {
      const event = {
        type: reader.uint8() as RecordType,
        slot: reader.uint8(),
        n: reader.uint32(),
        aux: reader.bytes(8),
      };
      if (!this.#has(event, afterSeq)) this.append(event);
    }
    this.#cells.delete(CellKey.owedRecords);
  }

  #has(event: Required<Pick<Event, "type" | "slot" | "n" | "aux">>, afterSeq: number): boolean {
    for (const record of this.#store.newestFirst()) {
      if (record.seq <= afterSeq) return false;
      const isSame = record.type === event.type && record.slot === event.slot && record.n === event.n;
      if (isSame && equalBytes(record.aux, event.aux)) return true;
    }
    return false;
  }
}
