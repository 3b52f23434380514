import { ascii, concat, Reader, uint16, uint32 } from "../../../protocol/wire/bytes.ts";
import type { Flash } from "../../hal.ts";
import { crc32 } from "./crc32.ts";
import { isErased, programChecked } from "./flash-io.ts";
import type { FlashRegion } from "./flash-map.ts";

const CELL_BYTES_MAX = 512;

/** Keys from here on belong to the storage modules themselves. */
export const STORAGE_KEY_FIRST = 0xff00;

/** Goes into the check of a block's header, so that erased flash is not a good one. */
const HEADER_DOMAIN = ascii("LK1 cells");
const HEADER_BYTES = 8;
const ENTRY_HEADER_BYTES = 6;
const CHANGE_HEADER_BYTES = 4;
/** Stands for the length of a value that is deleted. */
const DELETED = 0xffff;
/** A quarter of the block is left for changes; otherwise nearly full cells would erase a block at every change. */
const VALUES_BYTES_MAX = 3072;

/** A new value for a key, or undefined to delete it. */
export type CellChanges = ReadonlyMap<number, Uint8Array | undefined>;

/**
 * Small values that last: slots, counters, the trust anchor. Every change is atomic under power cuts: after a reboot the
 * values before or the values after stand. This is the root of all atomicity in storage: the table and the log switch
 * by setting a cell.
 *
 * Keys are 0 to 0xffff, values up to 512 bytes; all of them together, with 4 bytes more for each, at
 * most 3,072 bytes (`fits`).
 *
 * One block is in use, the other erased. A block is `sequence 4 | crc 4`, then entries `length 2 | crc 4 | changes`, a
 * change is `key 2 | length 2 | value`. A change is one entry, programmed at once: torn, its crc fails. When a block is full, or
 * its end is torn, all values go to the other block; its header, programmed last, makes it the one in use.
 */
export class Cells {
  readonly #flash: Flash;
  readonly #blocks: readonly [number, number];
  #values = new Map<number, Uint8Array>();
  #inUse: 0 | 1 = 0;
  #sequence = 0;
  #end = 0;

  constructor(flash: Flash, region: FlashRegion) {
    this.#flash = flash;
    this.#blocks = [region.offset, region.offset + flash.eraseBlockBytes];
  }

  /** Reads flash; finishes or undoes what a power cut interrupted. Call once, at boot, before anything else. */
  load(): void {
    const [first, second] = [this.#readSequence(0), this.#readSequence(1)];
    this.#inUse = second > first ? 1 : 0;
    this.#sequence = Math.max(first, second);
    this.#values = new Map();
    this.#end = HEADER_BYTES;
    if (this.#sequence === 0) {
      this.#moveTo(this.#values);
      return;
    }
    const isWhole = this.#readEntries();
    this.#eraseOther();
    if (!isWhole) this.#moveTo(this.#values);
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
    if (this.#end + entry.length > this.#flash.eraseBlockBytes) {
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

  /** The block's sequence, from 1 on, or 0 if the block was never finished. */
  #readSequence(block: 0 | 1): number {
    const header = new Reader(this.#flash.read(this.#blocks[block], HEADER_BYTES));
    const sequence = header.bytes(4);
    return header.uint32() === crc32(HEADER_DOMAIN, sequence) ? new Reader(sequence).uint32() : 0;
  }

  /** Takes up the entries of the block in use. False if it does not end clean: the last change was torn. */
  #readEntries(): boolean {
    const block = this.#flash.read(this.#blocks[this.#inUse], this.#flash.eraseBlockBytes);
    while (!isErased(block.subarray(this.#end))) {
      const changes = decodeEntry(block.subarray(this.#end));
      if (!changes) return false;
      this.#values = apply(this.#values, changes);
      this.#end += ENTRY_HEADER_BYTES + bodyLength(changes);
    }
    return true;
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

function encodeEntry(changes: CellChanges): Uint8Array {
  const body = concat(
    ...Array.from(changes, ([key, value]) =>
      value ? concat(uint16(key), uint16(value.length), value) : concat(uint16(key), uint16(DELETED)),
    ),
  );
  const length = uint16(body.length);
  return concat(length, uint32(crc32(length, body)), body);
}

function bodyLength(changes: CellChanges): number {
  return Array.from(changes.values()).reduce((sum, value) => sum + CHANGE_HEADER_BYTES + (value?.length ?? 0), 0);
}

/** The changes of the entry that `bytes` begin with, or undefined if it is torn. */
function decodeEntry(bytes: Uint8Array): CellChanges | undefined {
  if (bytes.length < ENTRY_HEADER_BYTES) return undefined;
  const header = new Reader(bytes.subarray(0, ENTRY_HEADER_BYTES));
  const length = header.uint16();
  const body = bytes.subarray(ENTRY_HEADER_BYTES, ENTRY_HEADER_BYTES + length);
  if (header.uint32() !== crc32(uint16(length), body)) return undefined;
  const reader = new Reader(body);
  const changes = new Map<number, Uint8Array | undefined>();
  while (reader.remaining > 0) {
    const key = reader.uint16();
    const valueBytes = reader.uint16();
    changes.set(key, valueBytes === DELETED ? undefined : reader.bytes(valueBytes));
  }
  return changes;
}
