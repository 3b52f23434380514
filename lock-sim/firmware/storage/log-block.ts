import { RECORD_BYTES } from "../../../protocol/log/record.ts";
import { ascii, concat, Reader, uint32 } from "../../../protocol/wire/bytes.ts";
import type { Flash } from "../../hal.ts";
import { crc32 } from "./crc32.ts";
import { isErased, programChecked } from "./flash-io.ts";

/** Goes into the check of a block's header, so that erased flash is not a good one. */
const HEADER_DOMAIN = ascii("LK1 log block");
const HEADER_BYTES = 16;
const SEQ_BYTES = 4;

/**
 * A block of the log: `sequence 4 | generation 4 | crc 4`, four bytes left as erased, then 85 slots of one record each, all of
 * one generation. A slot of zeros held a torn record.
 */
export class LogBlock {
  readonly #flash: Flash;
  readonly offset: number;
  /** Blocks are numbered from 1 in the order in which they were begun. */
  readonly sequence: number;
  readonly generation: number;
  /** The slots that hold records, in order. Their seqs follow each other. */
  readonly #slots: number[] = [];
  #slotsUsed = 0;
  #firstSeq = 0;

  private constructor(flash: Flash, offset: number, sequence: number, generation: number) {
    this.#flash = flash;
    this.offset = offset;
    this.sequence = sequence;
    this.generation = generation;
  }

  /** Begins a block on erased flash. */
  static begin(flash: Flash, offset: number, sequence: number, generation: number): LogBlock {
    const body = concat(uint32(sequence), uint32(generation));
    programChecked(flash, offset, concat(body, uint32(crc32(HEADER_DOMAIN, body))));
    return new LogBlock(flash, offset, sequence, generation);
  }

  /** The block that was begun here, with whatever its slots hold, or undefined. */
  static scan(flash: Flash, offset: number): LogBlock | undefined {
    const reader = new Reader(flash.read(offset, HEADER_BYTES));
    const body = reader.bytes(8);
    if (reader.uint32() !== crc32(HEADER_DOMAIN, body)) return undefined;
    const numbers = new Reader(body);
    const block = new LogBlock(flash, offset, numbers.uint32(), numbers.uint32());
    block.#scanSlots();
    return block;
  }

  get count(): number {
    return this.#slots.length;
  }

  /** Seq of the first record. Means nothing while there is none. */
  get firstSeq(): number {
    return this.#firstSeq;
  }

  /** Seq of the last record. Means nothing while there is none. */
  get lastSeq(): number {
    return this.#firstSeq + this.count - 1;
  }

  get slotsLeft(): number {
    return this.#slotCount - this.#slotsUsed;
  }

  has(seq: number): boolean {
    return seq >= this.#firstSeq && seq < this.#firstSeq + this.count;
  }

  /** The 48 bytes of a record that is here. */
  read(seq: number): Uint8Array {
    return this.#flash.read(this.#slotOffset(this.#slots[seq - this.#firstSeq]!), RECORD_BYTES);
  }

  /** The 48 bytes in the last slot that holds something like a record; undefined if none does. */
  lastBytes(): Uint8Array | undefined {
    const slot = this.#slots.at(-1);
    return slot === undefined ? undefined : this.#flash.read(this.#slotOffset(slot), RECORD_BYTES);
  }

  /** Adds the record with this seq. When this returns it is in flash, read back. */
  append(seq: number, record: Uint8Array): void {
    const slot = this.#slotsUsed++;
    programChecked(this.#flash, this.#slotOffset(slot), record);
    this.#take(slot, seq);
  }

  /** Takes back the last record, which turned out to be torn: its slot becomes zeros, so that no boot reads it again. */
  dropLast(): void {
    const slot = this.#slots.pop();
    if (slot === undefined) return;
    programChecked(this.#flash, this.#slotOffset(slot), new Uint8Array(RECORD_BYTES));
  }

  #scanSlots(): void {
    for (let slot = 0; slot < this.#slotCount; slot++) {
      const bytes = this.#flash.read(this.#slotOffset(slot), RECORD_BYTES);
      if (isErased(bytes)) continue;
      this.#slotsUsed = slot + 1;
      const seq = new Reader(bytes.subarray(0, SEQ_BYTES)).uint32();
      if (seq !== 0) this.#take(slot, seq);
    }
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
