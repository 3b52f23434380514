import type { Figure } from "./figure.ts";
import type { Machine } from "./machine.ts";
import type { Row } from "./row.ts";

/** One run of the bench. */
export interface Result {
  machine: Machine;
  /** Milliseconds since 1970, when it began. */
  atMs: number;
  rows: readonly MeasuredRow[];
}

export interface MeasuredRow {
  row: Row;
  figures: readonly Figure[];
}
