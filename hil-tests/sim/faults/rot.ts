import { ERASE_BLOCK_BYTES, FLASH_MAP, type FlashRegion } from "../../../lock-sim/firmware/storage/flash-map.ts";
import type { MemoryFlash } from "../../../lock-sim/hardware/memory-flash.ts";
import type { Chance } from "../chance.ts";

const ERASED = 0xff;
const REGIONS: readonly [FlashRegion, ...FlashRegion[]] = [FLASH_MAP.cells, FLASH_MAP.log, ...FLASH_MAP.tables];

/**
 * Cells of one lock's flash that lose their charge, one in each block at the most: a lock bears with one bit here and there, and of
 * two beside each other it says so and stops.
 */
export class Rot {
  readonly #rotten = new Set<number>();

  /** Turns over a bit of something that is written; false if there is none left that may rot. */
  strike(flash: MemoryFlash, chance: Chance): boolean {
    const { offset, blocks } = chance.pick(REGIONS);
    const block = offset + chance.below(blocks) * ERASE_BLOCK_BYTES;
    const used = flash.read(block, ERASE_BLOCK_BYTES).findLastIndex((byte) => byte !== ERASED) + 1;
    if (used === 0 || this.#rotten.has(block)) return false;
    this.#rotten.add(block);
    flash.flipBit(block + chance.below(used), chance.below(8));
    return true;
  }
}
