import { equalBytes } from "../../../protocol/wire/bytes.ts";
import type { Flash } from "../../hal.ts";
import { RottenFlash } from "./bit-rot.ts";
import type { FlashRegion } from "./flash-map.ts";

const ERASED = 0xff;

/** Programs and reads back. Throws RottenFlash if a cell did not take: the lock must not go on as if it had. */
export function programChecked(flash: Flash, offset: number, bytes: Uint8Array): void {
  flash.program(offset, bytes);
  if (!equalBytes(flash.read(offset, bytes.length), bytes))
    throw new RottenFlash(`this lock's flash does not hold what was programmed at ${offset}`);
}

export function isErased(bytes: Uint8Array): boolean {
  // A loop: whole blocks come here at every boot, and a callback for each byte takes ten times as long.
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== ERASED) return false;
  return true;
}

/** Erases those blocks of the region that are not erased: saves wear, and time at the first use. */
export function eraseRegion(flash: Flash, region: FlashRegion): void {
  for (let block = 0; block < region.blocks; block++) {
    const offset = region.offset + block * flash.eraseBlockBytes;
    if (!isErased(flash.read(offset, flash.eraseBlockBytes))) flash.eraseBlock(offset);
  }
}
