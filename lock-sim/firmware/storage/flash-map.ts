/** A run of whole erase blocks. */
export interface FlashRegion {
  readonly offset: number;
  readonly blocks: number;
}

export const FLASH_BYTES = 512 * 1024;
export const ERASE_BLOCK_BYTES = 4096;

/**
 * Where things lie in the flash image, and why it is enough. 128 blocks of 4 KiB:
 *
 * | blocks | what | budget |
 * |---|---|---|
 * | 1 | identity | 96 bytes, written once at the factory |
 * | 2 | cells | all values together are at most 3,072 bytes of one block (4 slots, trust anchor, counters); the other is for compaction |
 * | 7 | log | 84 records of 48 bytes a block; one block may be in recycling: 6 × 84 = 504 records are always there |
 * | 59 | table A | 241,664 bytes: roster ≤ 990 + 8, kept bits 125, 1,000 grants of 235 + 5 bytes; room for two more is left for what is replaced |
 * | 59 | table B | the same: a roster is built in one copy while the other decides |
 *
 * A table whose grants are larger holds fewer. Wear: a roster costs each block of one copy at most one erase; cells and
 * log go round their blocks, so that their erases are level by construction.
 */
export const FLASH_MAP = {
  identity: { offset: 0, blocks: 1 },
  cells: { offset: ERASE_BLOCK_BYTES, blocks: 2 },
  log: { offset: 3 * ERASE_BLOCK_BYTES, blocks: 7 },
  tables: [
    { offset: 10 * ERASE_BLOCK_BYTES, blocks: 59 },
    { offset: 69 * ERASE_BLOCK_BYTES, blocks: 59 },
  ],
} as const satisfies Record<string, FlashRegion | readonly FlashRegion[]>;
