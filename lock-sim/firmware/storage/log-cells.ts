import { concat, Reader, uint32 } from "../../../protocol/wire/bytes.ts";
import { type Cells, STORAGE_KEY_FIRST } from "./cells.ts";

const RECYCLING_KEY = STORAGE_KEY_FIRST;
const RECEIPTS_KEY = STORAGE_KEY_FIRST + 1;

/** The last time that a block of the log was begun: where, and how many records without a receipt that cost. */
export interface Recycling {
  readonly sequence: number;
  readonly offset: number;
  readonly lost: number;
}

export function readRecycling(cells: Cells): Recycling | undefined {
  const value = cells.get(RECYCLING_KEY);
  if (!value) return undefined;
  const reader = new Reader(value);
  return { sequence: reader.uint32(), offset: reader.uint32(), lost: reader.uint32() };
}

export function writeRecycling(cells: Cells, { sequence, offset, lost }: Recycling): void {
  cells.set(RECYCLING_KEY, concat(uint32(sequence), uint32(offset), uint32(lost)));
}

/** The last seq with a receipt, by generation. */
export function readReceipts(cells: Cells): Map<number, number> {
  const reader = new Reader(cells.get(RECEIPTS_KEY) ?? new Uint8Array());
  const receipts = new Map<number, number>();
  while (reader.remaining > 0) receipts.set(reader.uint32(), reader.uint32());
  return receipts;
}

export function writeReceipts(cells: Cells, receipts: ReadonlyMap<number, number>): void {
  cells.set(
    RECEIPTS_KEY,
    concat(...Array.from(receipts, ([generation, seq]) => concat(uint32(generation), uint32(seq)))),
  );
}
