import type { Suite } from "../../../crypto/suite.ts";
import { nextHash } from "../../../protocol/log/chain.ts";
import { CHAIN_HASH_BYTES, HASHED_BYTES, RECORD_BYTES } from "../../../protocol/log/record.ts";
import { ascii, concat, equalBytes, Reader, uint32 } from "../../../protocol/wire/bytes.ts";
import type { Flash } from "../../hal.ts";
import { corrected, onesIn, RottenFlash, turnedBack } from "./bit-rot.ts";
import { crc32 } from "./crc32.ts";
import { isErased, programChecked } from "./flash-io.ts";

/** Goes into the check of a block's header, so that erased flash is not a good one. */
const HEADER_DOMAIN = ascii("LK1 log block");
const HEADER_BODY_BYTES = 8 + CHAIN_HASH_BYTES;
/** 28 bytes are used; what follows is a whole number of records. */
const HEADER_BYTES = 64;
const SEQ_BYTES = 4;
const RECORD_BITS = 8 * RECORD_BYTES;

/** What is known of a block before its first record. */
export interface LogBlockHeader {
  /** Blocks are numbered from 1 in the order in which they were begun. */
  readonly sequence: number;
  readonly generation: number;
  /** h of the record before the block's first (h_0 in a new generation), 16 bytes. */
  readonly previous: Uint8Array;
}

/**
 * A block of the log: `sequence 4 | generation 4 | previous 16 | crc 4`, 36 bytes left as erased, then 84 slots of one record
 * each, all of one generation. A slot of zeros held a torn record.
 *
 * Every record that is read is verified by the chain, which begins in the header; one rotten bit is set right on the way.
 */
export class LogBlock {
  readonly #flash: Flash;
  readonly #suite: Suite;
  readonly #header: LogBlockHeader;
  readonly offset: number;
  /** The slots that hold records, in order. Their seqs follow each other. */
  readonly #slots: number[] = [];
  #slotsUsed = 0;
  #firstSeq = 0;
  #corrections = 0;

  private constructor(flash: Flash, suite: Suite, offset: number, header: LogBlockHeader) {
    this.#flash = flash;
    this.#suite = suite;
    this.#header = header;
    this.offset = offset;
  }

  /** Begins a block on erased flash. */
  static begin(flash: Flash, suite: Suite, offset: number, header: LogBlockHeader): LogBlock {
    const body = concat(uint32(header.sequence), uint32(header.generation), header.previous);
    programChecked(flash, offset, concat(body, uint32(crc32(HEADER_DOMAIN, body))));
    return new LogBlock(flash, suite, offset, header);
  }

  /** The block that was begun here, its records not yet taken up, or undefined. */
  static find(flash: Flash, suite: Suite, offset: number): LogBlock | undefined {
    const reader = new Reader(flash.read(offset, HEADER_BODY_BYTES + 4));
    const [stored, crc] = [reader.bytes(HEADER_BODY_BYTES), reader.uint32()];
    const body = corrected(stored, crc, HEADER_DOMAIN);
    if (!body) return undefined;
    const fields = new Reader(body);
    const header = {
      sequence: fields.uint32(),
      generation: fields.uint32(),
      previous: fields.bytes(CHAIN_HASH_BYTES),
    };
    const block = new LogBlock(flash, suite, offset, header);
    if (crc !== crc32(HEADER_DOMAIN, stored)) block.#corrections++;
    return block;
  }

  get sequence(): number {
    return this.#header.sequence;
  }

  get generation(): number {
    return this.#header.generation;
  }

  get count(): number {
    return this.#slots.length;
  }

  /** Seq of the first record. Means nothing while there is none. */
  get firstSeq(): number {
    return this.#firstSeq;
  }

  /** Seq of the last record; firstSeq − 1 while there is none. */
  get lastSeq(): number {
    return this.#firstSeq + this.count - 1;
  }

  /** Not counting the next ones if a bit there has rotted. */
  get slotsLeft(): number {
    while (this.#slotsUsed < this.#slotCount && !isErased(this.#raw(this.#slotsUsed))) this.#slotsUsed++;
    return this.#slotCount - this.#slotsUsed;
  }

  /** How many bits were found rotten, and set right, when the records were taken up. */
  get corrections(): number {
    return this.#corrections;
  }

  has(seq: number): boolean {
    return seq >= this.#firstSeq && seq < this.#firstSeq + this.count;
  }

  /** The 48 bytes of a record that is here. Throws RottenFlash if more than one bit of it has rotted. */
  read(seq: number): Uint8Array {
    const slot = this.#slots[seq - this.#firstSeq]!;
    const isFirst = seq === this.#firstSeq;
    const previous = isFirst ? this.#header.previous : headOf(this.#raw(this.#slots[seq - 1 - this.#firstSeq]!));
    const record = this.#verified(slot, previous);
    if (record) return record;
    // Or it is the one before that has rotted.
    const next = isFirst ? undefined : this.#verified(slot, headOf(this.read(seq - 1)));
    if (!next) throw rotten(this.generation, seq);
    return next;
  }

  /** Adds the record with this seq; ask `slotsLeft` first. When this returns it is in flash, read back. */
  append(seq: number, record: Uint8Array): void {
    const slot = this.#slotsUsed++;
    programChecked(this.#flash, this.#slotOffset(slot), record);
    this.#take(slot, seq);
  }

  /**
   * Takes up what the slots hold, verified. The last record of the newest block may be torn, every other was read back before
   * the next: it is dropped, its slot becomes zeros, so that no boot reads it again. Throws RottenFlash.
   */
  takeUp(isNewest: boolean): void {
    const written = this.#writtenSlots();
    let head = this.#header.previous;
    for (const slot of written) {
      const record = this.#verified(slot, head);
      if (record) {
        this.#take(slot, new Reader(record.subarray(0, SEQ_BYTES)).uint32());
        if (!equalBytes(record, this.#raw(slot))) this.#corrections++;
        head = headOf(record);
      } else if (isNewest && slot === written.at(-1)) {
        programChecked(this.#flash, this.#slotOffset(slot), new Uint8Array(RECORD_BYTES));
      } else {
        throw rotten(this.generation, this.lastSeq + 1);
      }
    }
  }

  /** Those that hold something like a record, and not one rotten bit in erased or cleared cells. */
  #writtenSlots(): number[] {
    const written: number[] = [];
    for (let slot = 0; slot < this.#slotCount; slot++) {
      const ones = onesIn(this.#raw(slot));
      if (ones < RECORD_BITS) this.#slotsUsed = slot + 1;
      if (ones > 1 && ones < RECORD_BITS - 1) written.push(slot);
    }
    return written;
  }

  /** The record in this slot if it follows the one with this h, a rotten bit set right. */
  #verified(slot: number, previous: Uint8Array): Uint8Array | undefined {
    const follows = (record: Uint8Array) =>
      equalBytes(nextHash(this.#suite, previous, record.subarray(0, HASHED_BYTES)), headOf(record));
    const raw = this.#raw(slot);
    return follows(raw) ? raw : turnedBack(raw, RECORD_BITS, follows);
  }

  #raw(slot: number): Uint8Array {
    return this.#flash.read(this.#slotOffset(slot), RECORD_BYTES);
  }

  #take(slot: number, seq: number): void {
    if (this.count === 0) this.#firstSeq = seq;
    this.#slots.push(slot);
  }

  get #slotCount(): number {
    return Math.floor((this.#flash.eraseBlockBytes - HEADER_BYTES) / RECORD_BYTES);
  }

  #slotOffset(slot: number): number {
    return this.offset + HEADER_BYTES + slot * RECORD_BYTES;
  }
}

function headOf(record: Uint8Array): Uint8Array {
  return record.subarray(HASHED_BYTES);
}

function rotten(generation: number, seq: number): RottenFlash {
  return new RottenFlash(`record ${seq} of generation ${generation} in this lock's log has rotted`);
}
