/** What stands under which key in the cells. A slot's three cells change at different times, so they stand apart. */
export const CellKey = {
  /** Compressed point, 33 bytes: whose documents count. */
  trustAnchor: 1,
  /** When the clock was last set, and the hint's offset since. Absent while nobody has set it. */
  clock: 2,
  bootCount: 3,
  /** How many factory resets there were, and the last record before the newest of them. */
  generation: 4,
  owedRecords: 5,
  /** Up to which record the use counts of grants have been moved to their cells. */
  usesCountedTo: 6,
  /** Wrong PINs, and whether they have locked the keypad out. */
  wrongTries: 7,
} as const;

export const SLOT_COUNT = 4;
const SLOT_KEYS_FIRST = 16;
const SLOT_SESSION_FIRST = 20;
const SLOT_COUNTER_FIRST = 24;
const USE_COUNTS_FIRST = 32;

/** Whether the slot is pending, its gateway and its PMK. */
export function slotKeysCell(slot: number): number {
  return SLOT_KEYS_FIRST + slot;
}

/** RMS and since when. */
export function slotSessionCell(slot: number): number {
  return SLOT_SESSION_FIRST + slot;
}

/** RESUME's n, where no record holds it. */
export function slotCounterCell(slot: number): number {
  return SLOT_COUNTER_FIRST + slot;
}

export function useCountsCell(page: number): number {
  return USE_COUNTS_FIRST + page;
}
