import type { Suite } from "../../../crypto/suite.ts";
import type { Flash } from "../../hal.ts";
import type { CellChanges, Cells } from "./cells.ts";
import type { FlashRegion } from "./flash-map.ts";

/** A grant as it lies in the table. */
export interface GrantEntry {
  readonly cti: Uint8Array;
  readonly document: Uint8Array;
}

/** A roster and its grants: the table that decides, or the staging copy. */
export interface GrantSet {
  readonly roster: Uint8Array;
  readonly count: number;
  /** H(H(g1)|H(g2)|…) in order of cti (protocol.md §7). */
  digest(): Uint8Array;
  find(cti: Uint8Array): Uint8Array | undefined;
  /** In order of cti, those with a cti above `after` if it is given. */
  entries(after?: Uint8Array): Iterable<GrantEntry>;
}

/**
 * The table of grants (protocol.md §7 Roster): one copy decides while the next is built beside it.
 *
 * BEGIN opens a staging copy *of the table*: it starts with the grants of the table, PUT replaces or adds, DROP takes out,
 * and COMMIT makes it the table in one atomic step (a cell). It survives reboots. A grant that is replaced or dropped
 * after being put into the same staging copy holds its room until the next BEGIN of another roster.
 */
export class GrantTable {
  constructor(_flash: Flash, _regions: readonly [FlashRegion, FlashRegion], _suite: Suite, _cells: Cells) {}

  /** Scans flash. Call at boot, after `cells.load()`. */
  load(): void {}

  /** The table that decides, or undefined before the first roster of the generation. */
  get active(): GrantSet | undefined {
    return undefined;
  }

  /** The staging copy, or undefined if none is open. */
  get staging(): GrantSet | undefined {
    return undefined;
  }

  /** Opens a staging copy for this roster document (≤ 990 bytes); goes on with it if this very document's is open. */
  begin(_roster: Uint8Array): void {}

  /** Puts a grant (≤ 640 bytes) into the staging copy, which must be open. Putting again replaces. */
  put(_cti: Uint8Array, _document: Uint8Array): "ok" | "full" {
    return "ok";
  }

  /** Takes a grant out of the staging copy, which must be open; one that is not there is no mistake. */
  drop(_cti: Uint8Array): void {}

  /**
   * Makes the staging copy the table, in one atomic step with the given cell changes (a key change counts at COMMIT). "full" if
   * the grants carried over do not fit beside this roster: nothing has changed then.
   */
  commit(_changes?: CellChanges): "ok" | "full" {
    return "ok";
  }

  /** Forgets both copies, in one atomic step with the given cell changes (factory reset); scrubs cells and flash. */
  wipe(_changes?: CellChanges): void {}
}
