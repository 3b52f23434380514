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
 * A table whose grants are larger holds fewer.
 *
 * Wear: cells and log go round their blocks, so that these wear alike; a roster costs each block of one copy at most one erase.
 * With 40 uses a day by resumed sessions, each followed by a pull of the log and a receipt, 24 polls and one new roster a day,
 * a block is erased in ten years at most 1,200 times (cells), 1,600 (log) and 2,000 (tables), of 10,000 that it stands. What wears
 * most beyond that: five rosters a day, or 750 RESUMEd commands a day that are no ACT (each writes n to its cell), every day
 * for ten years. `lock-sim/wear/` counts it.
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
