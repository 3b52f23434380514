import type { Suite } from "../../../crypto/suite.ts";
import { auxOf, NO_AUX } from "../../../protocol/log/aux.ts";
import { appendRecord, firstHash } from "../../../protocol/log/chain.ts";
import {
  decodeRecord,
  HASHED_BYTES,
  type LogRecord,
  NO_SLOT,
  type RecordFields,
  RecordFlag,
  RecordType,
} from "../../../protocol/log/record.ts";
import { concat } from "../../../protocol/wire/bytes.ts";
import type { Flash } from "../../hal.ts";
import type { Cells } from "./cells.ts";
import type { FlashRegion } from "./flash-map.ts";
import type { LogBlock } from "./log-block.ts";
import { type Recycling, readReceipts, readRecycling, writeReceipts, writeRecycling } from "./log-cells.ts";
import { LogRing, type LogSpan } from "./log-ring.ts";

/** Whose log it is: goes into h_0 (protocol.md §9). */
interface LogOwner {
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

/**
 * The lock's log (protocol.md §9) in a ring of blocks. Reading throws RottenFlash where more than one bit of a record has rotted.
 *
 * When all blocks are taken the oldest whose records all have receipts goes; if there is none, the oldest of all, and
 * a type 20 record then says how many were lost without a receipt. The block with the newest record never goes.
 * Earlier generations stay readable until their blocks are needed.
 */
export class LogStore {
  readonly #ring: LogRing;
  readonly #suite: Suite;
  readonly #cells: Cells;
  #owner: LogOwner | undefined;
  #position: LogPosition | undefined;
  #receipts: Map<number, number> = new Map();
  /** Records lost without a receipt that no type 20 record has told of yet. */
  #lostUntold = 0;
  #beforeRecycle: (records: readonly LogRecord[]) => void = () => {};

  constructor(flash: Flash, region: FlashRegion, suite: Suite, cells: Cells) {
    this.#ring = new LogRing(flash, region, suite);
    this.#suite = suite;
    this.#cells = cells;
  }

  /**
   * Scans flash once, drops a torn record, and takes up the owner's generation (a new one begins with `seq` 0: the first
   * `append` then writes record 1). Call at boot, after `cells.load()`. Throws RottenFlash.
   *
   * `beforeRecycle` is called with the records of this generation, oldest first, that are about to be recycled, while they
   * can still be read: the last moment to move an only durable copy of an `n` or a use count to its cell (§4, §7).
   * It may set cells, it must not append.
   */
  recover(owner: LogOwner, beforeRecycle?: (records: readonly LogRecord[]) => void): void {
    this.#owner = owner;
    if (beforeRecycle) this.#beforeRecycle = beforeRecycle;
    this.#receipts = readReceipts(this.#cells);
    const recycling = readRecycling(this.#cells);
    this.#ring.scan((block) => isBeingRecycled(block, recycling));
    this.#position = this.#positionAt(owner.generation, this.#ring.span(owner.generation)?.lastSeq ?? 0);
    this.#lostUntold = recycling && !this.#hasToldOf(recycling) ? recycling.lost : 0;
  }

  /** How many bits were found rotten, and set right, at boot. */
  get corrections(): number {
    return this.#ring.corrections;
  }

  get position(): LogPosition {
    if (!this.#position) throw new Error("the log was not recovered");
    return this.#position;
  }

  /**
   * Appends a record (programs it, reads it back) and returns it as it stands; a type 20 record may go in beside it, with
   * the same time. When this returns the record lasts.
   */
  append(fields: Omit<RecordFields, "seq">): LogRecord {
    this.#makeRoom();
    // A generation begins with its own first record (§2), so the lost ones of the generation before it come second.
    const isFirst = this.position.seq === 0;
    if (!isFirst) this.#tellOfLost(fields);
    const record = this.#write(fields);
    if (isFirst) this.#tellOfLost(fields);
    return record;
  }

  /** One record, or undefined if it is not here. */
  record(generation: number, seq: number): LogRecord | undefined {
    const block = this.#ring.find(generation, seq);
    return block && decodeRecord(block.read(seq));
  }

  /**
   * Up to `max` whole records (48 bytes each) from `fromSeq` on, for READ LOG. `firstSeq` is above `fromSeq` when older ones
   * are gone; past the end it is `fromSeq` and `records` is empty.
   */
  read(generation: number, fromSeq: number, max: number): { firstSeq: number; records: Uint8Array } {
    const span = this.#ring.span(generation);
    if (!span || fromSeq > span.lastSeq) return { firstSeq: fromSeq, records: new Uint8Array() };
    const firstSeq = Math.max(fromSeq, span.firstSeq);
    const endSeq = Math.min(firstSeq + max, span.lastSeq + 1);
    const records: Uint8Array[] = [];
    for (let seq = firstSeq; seq < endSeq; seq++) records.push(this.#ring.find(generation, seq)!.read(seq));
    return { firstSeq, records: concat(...records) };
  }

  /** The records of the current generation, newest first. */
  *newestFirst(): Generator<LogRecord> {
    const { generation } = this.position;
    for (let seq = this.position.seq; ; seq--) {
      const record = this.record(generation, seq);
      if (!record) return;
      yield record;
    }
  }

  /** The generations that have records here, oldest first. */
  spans(): LogSpan[] {
    return this.#ring.spans();
  }

  /** h of a record, for the check of a receipt or a head; undefined if the record is not here. */
  headAt(generation: number, seq: number): Uint8Array | undefined {
    return this.#ring.find(generation, seq)?.read(seq).slice(HASHED_BYTES);
  }

  /** Notes durably that a receipt covers the generation's records up to `seq`. An older receipt changes nothing. */
  acknowledge(generation: number, seq: number): void {
    if (seq <= this.acknowledged(generation)) return;
    const living = this.#ring.blocks.map((block) => block.generation);
    const receipts = new Map([...this.#receipts].filter(([of]) => living.includes(of))).set(generation, seq);
    writeReceipts(this.#cells, receipts);
    this.#receipts = receipts;
  }

  /** The last seq of the generation that has a receipt; 0 if none has. */
  acknowledged(generation: number): number {
    return this.#receipts.get(generation) ?? 0;
  }

  #write(fields: Omit<RecordFields, "seq">): LogRecord {
    const { generation, head } = this.position;
    const seq = this.position.seq + 1;
    const { bytes, h } = appendRecord(this.#suite, head, { ...fields, seq });
    this.#ring.newest!.append(seq, bytes);
    this.#position = { generation, seq, head: h };
    return { ...fields, seq, h };
  }

  #tellOfLost({ time, flags }: Pick<RecordFields, "time" | "flags">): void {
    if (this.#lostUntold === 0) return;
    this.#write({
      time,
      type: RecordType.recordsLost,
      slot: NO_SLOT,
      result: 0,
      flags: flags & RecordFlag.timeUncertain,
      n: 0,
      ref: NO_AUX,
      aux: auxOf({ value: this.#lostUntold }),
    });
    this.#lostUntold = 0;
  }

  /** Sees to it that the newest block is of this generation and has room for the next record. */
  #makeRoom(): void {
    const newest = this.#ring.newest;
    const { generation, head } = this.position;
    const slotsNeeded = this.#lostUntold > 0 ? 2 : 1;
    if (newest?.generation === generation && newest.slotsLeft >= slotsNeeded) return;

    const free = this.#ring.freeOffset();
    const victim = free === undefined ? this.#victim() : undefined;
    if (victim?.generation === generation && victim.count > 0) this.#beforeRecycle(this.#recordsOf(victim));
    const lost = this.#lostUntold + (victim ? this.#withoutReceipt(victim) : 0);
    const offset = victim?.offset ?? free!;
    const sequence = (newest?.sequence ?? 0) + 1;
    // From here on the victim is gone, whatever a torn erase leaves of it, and the lost are counted.
    writeRecycling(this.#cells, { sequence, offset, lost });
    this.#lostUntold = lost;
    this.#ring.begin(offset, { sequence, generation, previous: head });
  }

  #victim(): LogBlock {
    const withNewest = this.#ring.blocks.findLast(({ count }) => count > 0);
    const candidates = this.#ring.blocks.filter((block) => block !== withNewest);
    return candidates.find((block) => this.#withoutReceipt(block) === 0) ?? candidates[0]!;
  }

  #withoutReceipt(block: LogBlock): number {
    const received = Math.max(this.acknowledged(block.generation), block.firstSeq - 1);
    return Math.max(0, block.lastSeq - received);
  }

  #recordsOf(block: LogBlock): LogRecord[] {
    return Array.from({ length: block.count }, (_, i) => decodeRecord(block.read(block.firstSeq + i)));
  }

  /** The generation at `seq`, which is here or 0. */
  #positionAt(generation: number, seq: number): LogPosition {
    const { lockId, sigPk } = this.#owner!;
    const head = this.headAt(generation, seq) ?? firstHash(this.#suite, lockId, generation, sigPk);
    return { generation, seq, head };
  }

  #hasToldOf({ sequence }: Recycling): boolean {
    const block = this.#ring.blocks.find((each) => each.sequence === sequence);
    return block !== undefined && this.#recordsOf(block).some(({ type }) => type === RecordType.recordsLost);
  }
}

/** Whether this is what a torn erase left of a block that a newer one was about to replace. */
function isBeingRecycled(block: LogBlock, recycling: Recycling | undefined): boolean {
  return recycling !== undefined && block.offset === recycling.offset && block.sequence !== recycling.sequence;
}
