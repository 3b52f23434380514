import type { Suite } from "../../../crypto/suite.ts";
import type { LogRecord, RecordFields } from "../../../protocol/log/record.ts";
import type { Flash } from "../../hal.ts";
import type { Cells } from "./cells.ts";
import type { FlashRegion } from "./flash-map.ts";

/** Whose log it is: goes into h_0 (protocol.md §9). */
export interface LogOwner {
  readonly lockId: Uint8Array;
  readonly sigPk: Uint8Array;
  readonly generation: number;
}

/** The newest record of the generation, or seq 0 and h_0 while it has none. */
export interface LogPosition {
  readonly generation: number;
  readonly seq: number;
  readonly head: Uint8Array;
}

/** The records of one generation that are still here; lastSeq 0 in a generation that has none yet. */
export interface LogSpan {
  readonly generation: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/**
 * The lock's log (protocol.md §9) in a ring of blocks.
 *
 * When the ring is full the oldest block whose records all have receipts goes; if there is none, the oldest of all, and
 * a type 20 record then says how many were lost without a receipt. The block with the newest record never goes.
 * Earlier generations stay readable until their blocks are needed.
 */
export class LogStore {
  constructor(_flash: Flash, _region: FlashRegion, _suite: Suite, _cells: Cells) {}

  /**
   * Scans flash once, drops a torn record, and takes up the owner's generation (a new one begins with `seq` 0: the first
   * `append` then writes record 1). Call at boot, after `cells.load()`.
   *
   * `beforeRecycle` is called with the records of this generation, oldest first, that are about to be recycled, while they
   * can still be read: the last moment to move an only durable copy of an `n` or a use count to its cell (§4, §7).
   * It may set cells, it must not append.
   */
  recover(_owner: LogOwner, _beforeRecycle?: (records: readonly LogRecord[]) => void): void {}

  get position(): LogPosition {
    throw new Error("not built");
  }

  /**
   * Appends a record (programs it, reads it back) and returns it as it stands; a type 20 record may go in before it, with
   * the same time and flags. When this returns the record lasts.
   */
  append(_fields: Omit<RecordFields, "seq">): LogRecord {
    throw new Error("not built");
  }

  /** One record, or undefined if it is not here. */
  record(_generation: number, _seq: number): LogRecord | undefined {
    return undefined;
  }

  /**
   * Up to `max` whole records (48 bytes each) from `fromSeq` on, for READ LOG. `firstSeq` is above `fromSeq` when older ones
   * are gone; past the end it is `fromSeq` and `records` is empty.
   */
  read(_generation: number, fromSeq: number, _max: number): { firstSeq: number; records: Uint8Array } {
    return { firstSeq: fromSeq, records: new Uint8Array() };
  }

  /** The records of the current generation, newest first. */
  *newestFirst(): Generator<LogRecord> {}

  /** What is here, oldest generation first; the current one is always last. */
  spans(): LogSpan[] {
    return [];
  }

  /** h of a record, for the check of a receipt or a head; undefined if the record is not here. */
  headAt(_generation: number, _seq: number): Uint8Array | undefined {
    return undefined;
  }

  /** Notes durably that a receipt covers the generation's records up to `seq`. An older receipt changes nothing. */
  acknowledge(_generation: number, _seq: number): void {}

  /** The last seq of the generation that has a receipt; 0 if none has. */
  acknowledged(_generation: number): number {
    return 0;
  }
}
