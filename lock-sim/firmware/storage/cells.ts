import type { Flash } from "../../hal.ts";
import type { FlashRegion } from "./flash-map.ts";

export const CELL_BYTES_MAX = 512;

/** Keys from here on belong to the storage modules themselves. */
export const STORAGE_KEY_FIRST = 0xff00;

/** A new value for a key, or undefined to delete it. */
export type CellChanges = ReadonlyMap<number, Uint8Array | undefined>;

/**
 * Small values that last: slots, counters, the trust anchor. Every change is atomic under power cuts: after a reboot the
 * value before or the value after stands. This is the root of all atomicity in storage: the table and the log switch
 * by setting a cell.
 *
 * Keys are 0 to 0xffff, values up to 512 bytes; all of them together must fit one block (`fits`).
 */
export class Cells {
  constructor(_flash: Flash, _region: FlashRegion) {}

  /** Reads flash; finishes or undoes what a power cut interrupted. Call once, at boot, before anything else. */
  load(): void {}

  /** A copy of the value, or undefined. */
  get(_key: number): Uint8Array | undefined {
    return undefined;
  }

  set(_key: number, _value: Uint8Array): void {}

  delete(_key: number): void {}

  /** Makes all changes in one atomic step. RangeError if they do not fit: ask `fits` first where a peer decides. */
  setAll(_changes: CellChanges): void {}

  /** Like `setAll`, and afterwards no old or deleted value is left in flash (keys of a removed slot). */
  scrub(_changes: CellChanges): void {}

  /** Whether everything would still fit after these changes. */
  fits(_changes: CellChanges): boolean {
    return true;
  }
}
