import { CellKey } from "./cell-keys.ts";
import type { CellChanges } from "./storage/cell-entry.ts";
import type { Cells } from "./storage/cells.ts";

/**
 * Whose documents count: set at the first P3, changed by a key change, cleared by a factory reset alone (protocol.md
 * §2, §7).
 */
export class TrustAnchor {
  readonly #cells: Cells;
  #issuerPk: Uint8Array | undefined;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  load(): void {
    this.#issuerPk = this.#cells.get(CellKey.trustAnchor);
  }

  /** Compressed point, 33 bytes; undefined in a lock that was never paired. */
  get issuerPk(): Uint8Array | undefined {
    return this.#issuerPk;
  }
}

/** The cell change that makes this issuer the trust anchor; `load` takes it up. */
export function trustAnchorChange(issuerPk: Uint8Array): CellChanges {
  return new Map([[CellKey.trustAnchor, issuerPk]]);
}
