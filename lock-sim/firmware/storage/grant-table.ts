import type { Suite } from "../../../crypto/suite.ts";
import { equalBytes, fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import type { Flash } from "../../hal.ts";
import type { CellChanges } from "./cell-entry.ts";
import { type Cells, STORAGE_KEY_FIRST } from "./cells.ts";
import type { FlashRegion } from "./flash-map.ts";
import { entryBytes } from "./grant-entry.ts";
import { type GrantEntry, GrantSet, type ReadGrant } from "./grant-set.ts";
import { type GrantPlace, TableCopy } from "./table-copy.ts";

const TABLE_KEY = STORAGE_KEY_FIRST + 2;
const NO_COPY = 0xff;
const NOTHING = new Uint8Array();

/** Which copy decides, and whether the other is an open staging copy. Stands in a cell: `copy or FF | 1 if staging`. */
interface TableState {
  readonly active: 0 | 1 | undefined;
  readonly isStaging: boolean;
}

/**
 * The table of grants (protocol.md §7 Roster): one copy decides while the next is built beside it.
 *
 * BEGIN opens a staging copy *of the table*: it starts with the grants of the table, PUT replaces or adds, DROP takes out,
 * and COMMIT makes it the table in one atomic step (a cell). It survives reboots. A grant that is replaced or dropped
 * after being put into the same staging copy holds its room until the next BEGIN of another roster.
 */
export class GrantTable {
  readonly #suite: Suite;
  readonly #cells: Cells;
  readonly #copies: readonly [TableCopy, TableCopy];
  #state: TableState = { active: undefined, isStaging: false };
  #active: GrantSet | undefined;
  #staging: GrantSet | undefined;

  constructor(flash: Flash, regions: readonly [FlashRegion, FlashRegion], suite: Suite, cells: Cells) {
    this.#suite = suite;
    this.#cells = cells;
    this.#copies = [new TableCopy(flash, regions[0]), new TableCopy(flash, regions[1])];
  }

  /** Scans flash. Call at boot, after `cells.load()`. Throws RottenFlash. */
  load(): void {
    this.#state = decodeState(this.#cells.get(TABLE_KEY));
    this.#activeCopy?.scan();
    if (this.#state.isStaging) this.#other.scan();
    // Nothing of a table that was wiped may stay, even if a power cut came in between.
    else if (!this.#activeCopy) for (const copy of this.#copies) copy.erase();
    this.#takeUp(this.#state);
  }

  /** How many bits were found rotten, and set right, at boot. */
  get corrections(): number {
    return this.#copies.reduce((sum, copy) => sum + copy.corrections, 0);
  }

  /** The table that decides, or undefined before the first roster of the generation. */
  get active(): GrantSet | undefined {
    return this.#active;
  }

  /** The staging copy, or undefined if none is open. */
  get staging(): GrantSet | undefined {
    if (!this.#state.isStaging) return undefined;
    this.#staging ??= this.#stagingSet();
    return this.#staging;
  }

  /** Opens a staging copy for this roster document (≤ 990 bytes); goes on with it if this very document's is open. */
  begin(roster: Uint8Array): void {
    if (this.#state.isStaging) {
      if (equalBytes(this.#other.roster, roster)) return;
      this.#setState({ ...this.#state, isStaging: false });
    }
    this.#other.create(roster, this.#activeCopy?.entryCount ?? 0);
    this.#setState({ ...this.#state, isStaging: true });
  }

  /** Whether all of these fit into the staging copy, which must be open: a PUT of several is all or nothing (§6). */
  hasRoomFor(grants: readonly GrantEntry[]): boolean {
    const staging = this.#openStaging();
    const added = grants.filter(({ cti, document }) => !equalBytes(staging.find(cti) ?? NOTHING, document));
    const replaced = new Set(added.map(({ cti }) => toHex(cti)));
    const kept = this.#kept().filter(([cti]) => !replaced.has(cti));
    const addedBytes = added.reduce((sum, { document }) => sum + entryBytes(document.length), 0);
    return addedBytes + bytesOf(kept) <= this.#other.bytesLeft;
  }

  /** Puts a grant (≤ 640 bytes) into the staging copy, which must be open. Putting again replaces. */
  put(cti: Uint8Array, document: Uint8Array): "ok" | "full" {
    const there = this.#openStaging().find(cti);
    if (there && equalBytes(there, document)) return "ok";
    const key = toHex(cti);
    const kept = this.#kept().filter(([keptCti]) => keptCti !== key);
    if (!this.#other.fits(cti, document, bytesOf(kept))) return "full";
    this.#other.append(cti, document);
    this.#staging = undefined;
    return "ok";
  }

  /** Takes a grant out of the staging copy, which must be open; one that is not there is no mistake. */
  drop(cti: Uint8Array): void {
    this.#openStaging();
    const key = toHex(cti);
    const place = this.#activeCopy?.places.get(key);
    // This one first: as long as the other is living, it is the one that counts.
    if (place && this.#other.isKept(place.ordinal)) this.#other.dropKept(place.ordinal);
    this.#other.drop(key);
    this.#staging = undefined;
  }

  /**
   * Makes the staging copy the table, in one atomic step with the given cell changes (a key change counts at COMMIT). "full" if
   * the grants carried over do not fit beside this roster: nothing has changed then.
   */
  commit(changes: CellChanges = new Map()): "ok" | "full" {
    this.#openStaging();
    const kept = this.#kept();
    if (bytesOf(kept) > this.#other.bytesLeft) return "full";
    // Copying changes nothing that can be seen, so a power cut in between does no harm. What has rotted is not copied.
    for (const [cti, place] of kept) {
      const document = this.#activeCopy!.read(place);
      if (document && !this.#other.fits(fromHex(cti), document, 0)) return "full";
      if (document) this.#other.append(fromHex(cti), document);
    }
    this.#setState({ active: this.#state.active === 0 ? 1 : 0, isStaging: false }, changes);
    return "ok";
  }

  /** Forgets both copies, in one atomic step with the given cell changes (factory reset); nothing of either is left in flash. */
  wipe(changes: CellChanges = new Map()): void {
    const state = { active: undefined, isStaging: false };
    this.#cells.scrub(new Map([...changes, [TABLE_KEY, encodeState(state)]]));
    this.#takeUp(state);
    for (const copy of this.#copies) copy.erase();
  }

  get #activeCopy(): TableCopy | undefined {
    return this.#state.active === undefined ? undefined : this.#copies[this.#state.active];
  }

  /** The copy that does not decide. */
  get #other(): TableCopy {
    return this.#copies[this.#state.active === 0 ? 1 : 0];
  }

  #openStaging(): GrantSet {
    if (!this.staging) throw new Error("no staging copy is open");
    return this.staging;
  }

  /** What the staging copy has of the table: neither dropped nor replaced. */
  #kept(): [cti: string, place: GrantPlace][] {
    const staging = this.#other;
    return [...(this.#activeCopy?.places ?? [])].filter(
      ([cti, { ordinal }]) => staging.isKept(ordinal) && !staging.places.has(cti),
    );
  }

  #stagingSet(): GrantSet {
    const own = readers(this.#other, this.#other.places);
    const kept = this.#activeCopy ? readers(this.#activeCopy, this.#kept()) : [];
    return new GrantSet(this.#suite, this.#other.roster, new Map([...own, ...kept]));
  }

  #setState(state: TableState, changes: CellChanges = new Map()): void {
    this.#cells.setAll(new Map([...changes, [TABLE_KEY, encodeState(state)]]));
    this.#takeUp(state);
  }

  #takeUp(state: TableState): void {
    this.#state = state;
    this.#staging = undefined;
    const copy = this.#activeCopy;
    this.#active = copy && new GrantSet(this.#suite, copy.roster, new Map(readers(copy, copy.places)));
  }
}

function readers(copy: TableCopy, places: Iterable<[string, GrantPlace]>): [cti: string, read: ReadGrant][] {
  return Array.from(places, ([cti, place]) => [cti, () => copy.read(place)]);
}

function bytesOf(entries: readonly [string, GrantPlace][]): number {
  return entries.reduce((sum, [, { documentBytes }]) => sum + entryBytes(documentBytes), 0);
}

function encodeState({ active, isStaging }: TableState): Uint8Array {
  return Uint8Array.of(active ?? NO_COPY, isStaging ? 1 : 0);
}

function decodeState(cell: Uint8Array | undefined): TableState {
  const [active, isStaging] = cell ?? [];
  return { active: active === 0 || active === 1 ? active : undefined, isStaging: isStaging === 1 };
}
