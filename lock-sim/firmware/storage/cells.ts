import { ascii, concat, Reader, uint32 } from "../../../protocol/wire/bytes.ts";
import type { Flash } from "../../hal.ts";
import { corrected, RottenFlash } from "./bit-rot.ts";
import { bodyLength, type CellChanges, encodeEntry, isFollowed, readEntry } from "./cell-entry.ts";
import { crc32 } from "./crc32.ts";
import { isErased, programChecked } from "./flash-io.ts";
import type { FlashRegion } from "./flash-map.ts";

const CELL_BYTES_MAX = 512;

/** Keys from here on belong to the storage modules themselves. */
export const STORAGE_KEY_FIRST = 0xff00;

/** Goes into the check of a block's header, so that erased flash is not a good one. */
const HEADER_DOMAIN = ascii("LK1 cells");
const HEADER_BYTES = 8;
/** A quarter of the block is left for changes; otherwise nearly full cells would erase a block at every change. */
const VALUES_BYTES_MAX = 3072;

/**
 * Small values that last: slots, counters, the trust anchor. Every change is atomic under power cuts: after a reboot the
 * values before or the values after stand. This is the root of all atomicity in storage: the table and the log switch
 * by setting a cell.
 *
 * Keys are 0 to 0xffff, values up to 512 bytes; all of them together, with 4 bytes more for each, at
 * most 3,072 bytes (`fits`).
 *
 * One block is in use, the other erased. A block is `sequence 4 | crc 4`, then entries (cell-entry.ts). A change is one entry,
 * programmed at once: torn, its crc fails. When a block is full, or not as it should be, all values go to the other
 * block; its header, programmed last, makes it the one in use.
 *
 * One rotten bit is set right at boot, wherever it is: a torn end and a rotten middle must not be taken for each other, or
 * the changes after it would be forgotten, and a right that was taken back would return.
 */
export class Cells {
  readonly #flash: Flash;
  readonly #blocks: readonly [number, number];
  #values = new Map<number, Uint8Array>();
  #inUse: 0 | 1 = 0;
  #sequence = 0;
  #end = 0;
  #corrections = 0;

  constructor(flash: Flash, region: FlashRegion) {
    this.#flash = flash;
    this.#blocks = [region.offset, region.offset + flash.eraseBlockBytes];
  }

  /**
   * Reads flash; finishes or undoes what a power cut interrupted. Call once, at boot, before anything else. Throws RottenFlash
   * if more than one bit of something has rotted.
   */
  load(): void {
    const [first, second] = [this.#readHeader(0), this.#readHeader(1)];
    this.#inUse = second.sequence > first.sequence ? 1 : 0;
    const header = this.#inUse === 0 ? first : second;
    this.#sequence = header.sequence;
    this.#values = new Map();
    this.#end = HEADER_BYTES;
    if (this.#sequence === 0) {
      this.#moveTo(this.#values);
      return;
    }
    if (!header.isAsProgrammed) this.#corrections++;
    const isClean = this.#readEntries() && header.isAsProgrammed;
    this.#eraseOther();
    if (!isClean) this.#moveTo(this.#values);
  }

  /** How many bits were set right at boot. */
  get corrections(): number {
    return this.#corrections;
  }

  /** A copy of the value, or undefined. */
  get(key: number): Uint8Array | undefined {
    return this.#values.get(key)?.slice();
  }

  set(key: number, value: Uint8Array): void {
    this.setAll(new Map([[key, value]]));
  }

  delete(key: number): void {
    this.setAll(new Map([[key, undefined]]));
  }

  /** Makes all changes in one atomic step. RangeError if they do not fit: ask `fits` first where a peer decides. */
  setAll(changes: CellChanges): void {
    const after = this.#after(changes);
    const entry = encodeEntry(changes);
    if (!this.#takes(entry.length)) {
      this.#moveTo(after);
      return;
    }
    programChecked(this.#flash, this.#blocks[this.#inUse] + this.#end, entry);
    this.#end += entry.length;
    this.#values = after;
  }

  /** Like `setAll`, and afterwards no old or deleted value is left in flash: for keys that must be gone. */
  scrub(changes: CellChanges): void {
    this.#moveTo(this.#after(changes));
  }

  /** Whether everything would still fit after these changes. */
  fits(changes: CellChanges): boolean {
    return bodyLength(apply(this.#values, changes)) <= VALUES_BYTES_MAX;
  }

  /** Whether the block has room, and no bit there has rotted since boot. */
  #takes(entryBytes: number): boolean {
    if (this.#end + entryBytes > this.#flash.eraseBlockBytes) return false;
    return isErased(this.#flash.read(this.#blocks[this.#inUse] + this.#end, entryBytes));
  }

  #after(changes: CellChanges): Map<number, Uint8Array> {
    for (const value of changes.values())
      if (value && value.length > CELL_BYTES_MAX) throw new RangeError(`a cell holds ${CELL_BYTES_MAX} bytes at most`);
    const after = apply(this.#values, changes);
    if (bodyLength(after) > VALUES_BYTES_MAX) throw new RangeError("the cells are full");
    return after;
  }

  /** Writes all values to the other block and makes it the one in use. */
  #moveTo(values: Map<number, Uint8Array>): void {
    this.#eraseOther();
    const other = this.#inUse === 0 ? 1 : 0;
    const entry = encodeEntry(values);
    programChecked(this.#flash, this.#blocks[other] + HEADER_BYTES, entry);
    const sequence = uint32(this.#sequence + 1);
    programChecked(this.#flash, this.#blocks[other], concat(sequence, uint32(crc32(HEADER_DOMAIN, sequence))));
    this.#inUse = other;
    this.#sequence += 1;
    this.#values = values;
    this.#end = HEADER_BYTES + entry.length;
    this.#eraseOther();
  }

  #eraseOther(): void {
    const offset = this.#blocks[this.#inUse === 0 ? 1 : 0];
    if (!isErased(this.#flash.read(offset, this.#flash.eraseBlockBytes))) this.#flash.eraseBlock(offset);
  }

  /** `sequence` is from 1 on, or 0 if the block was never finished. */
  #readHeader(block: 0 | 1): { sequence: number; isAsProgrammed: boolean } {
    const header = new Reader(this.#flash.read(this.#blocks[block], HEADER_BYTES));
    const [stored, crc] = [header.bytes(4), header.uint32()];
    const sequence = corrected(stored, crc, HEADER_DOMAIN);
    if (!sequence) return { sequence: 0, isAsProgrammed: true };
    return { sequence: new Reader(sequence).uint32(), isAsProgrammed: crc === crc32(HEADER_DOMAIN, stored) };
  }

  /** Takes up the entries of the block in use. False if it should not stay as it is: its last change was torn, or a bit has rotted. */
  #readEntries(): boolean {
    const block = this.#flash.read(this.#blocks[this.#inUse], this.#flash.eraseBlockBytes);
    let isClean = true;
    while (!isErased(block.subarray(this.#end))) {
      const rest = block.subarray(this.#end);
      const entry = readEntry(rest);
      if (!entry && isFollowed(rest)) throw new RottenFlash("the cells in this lock's flash have rotted");
      if (!entry) return false;
      if (!entry.isAsProgrammed) this.#corrections++;
      isClean &&= entry.isAsProgrammed;
      this.#values = apply(this.#values, entry.changes);
      this.#end += entry.bytes;
    }
    return isClean;
  }
}

function apply(values: ReadonlyMap<number, Uint8Array>, changes: CellChanges): Map<number, Uint8Array> {
  const after = new Map(values);
  for (const [key, value] of changes) {
    if (value) after.set(key, value.slice());
    else after.delete(key);
  }
  return after;
}
