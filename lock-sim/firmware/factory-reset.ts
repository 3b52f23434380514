import { concat, Reader, uint32 } from "../../protocol/wire/bytes.ts";
import { CellKey, SLOT_COUNT, slotCounterCell, slotKeysCell, slotSessionCell, useCountsCell } from "./cell-keys.ts";
import type { Parts } from "./parts.ts";
import type { Cells } from "./storage/cells.ts";
import { USE_COUNT_PAGES } from "./use-counts.ts";

/** How many factory resets there were, and the last seq before the newest. */
export function readGeneration(cells: Cells): { generation: number; lastSeqBefore: number } {
  const stored = cells.get(CellKey.generation);
  if (!stored) return { generation: 0, lastSeqBefore: 0 };
  const reader = new Reader(stored);
  return { generation: reader.uint32(), lastSeqBefore: reader.uint32() };
}

/**
 * Forgets the trust anchor, the table, the slots and the time, and begins a new generation of the log, in one
 * atomic step (protocol.md §2). The log stays. The caller boots next: the new generation's first record is written
 * there, so that a power cut here or there makes no difference.
 */
export function resetToFactory({ acts, secrets, table, log, slots, connections }: Parts): void {
  acts.abandon();
  secrets.wipe();
  const { generation, seq } = log.position;
  const changes = new Map<number, Uint8Array | undefined>([
    [CellKey.generation, concat(uint32(generation + 1), uint32(seq))],
    [CellKey.trustAnchor, undefined],
    [CellKey.clock, undefined],
    [CellKey.owedRecords, undefined],
    [CellKey.usesCountedTo, undefined],
    [CellKey.wrongTries, undefined],
  ]);
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    for (const key of [slotKeysCell(slot), slotSessionCell(slot), slotCounterCell(slot)]) changes.set(key, undefined);
  }
  for (let page = 0; page < USE_COUNT_PAGES; page++) changes.set(useCountsCell(page), undefined);
  table.wipe(changes);
  slots.wipe();
  for (const { id } of [...connections.all()]) connections.close(id);
}
