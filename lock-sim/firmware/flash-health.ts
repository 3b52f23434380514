import type { Parts } from "./parts.ts";

/** How the flash stood at boot, for people who look for a fault. */
export interface FlashHealth {
  /** Rotten bits that were set right: of cells, log and roster. */
  readonly correctedBits: number;
  /** Grants of the roster that are not in the table, because their cells have rotted. STATUS shows it by its digest. */
  readonly lostGrants: number;
}

export function flashHealth({ cells, store, table, roster }: Parts): FlashHealth {
  return {
    correctedBits: cells.corrections + store.corrections + table.corrections,
    lostGrants: (roster.claims?.count ?? 0) - (table.active?.count ?? 0),
  };
}
