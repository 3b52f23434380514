import { type GrantClaims, Right } from "../../protocol/documents/grant.ts";
import { type LogRecord, RecordType } from "../../protocol/log/record.ts";
import { concat, equalBytes, Reader, uint16, uint32 } from "../../protocol/wire/bytes.ts";
import type { ActiveRoster } from "./active-roster.ts";
import { CellKey, useCountsCell } from "./cell-keys.ts";
import type { LockClock } from "./lock-clock.ts";
import type { CellChanges } from "./storage/cell-entry.ts";
import type { Cells } from "./storage/cells.ts";
import type { GrantTable } from "./storage/grant-table.ts";
import type { LogStore } from "./storage/log-store.ts";

export const USE_COUNT_PAGES = 4;
/** A counter has 18 bytes; a page of them fits a cell. */
const COUNTERS_PER_PAGE = 28;
const COUNT_MAX = 0xffff;
const NEVER = 0xffff_ffff;
const ID_BYTES = 8;

/** How often a grant was used, as far as its records are no longer in the log. */
interface Counter {
  readonly id: Uint8Array;
  readonly issuedAt: number;
  /** Seconds since 1970 UTC, or NEVER. */
  readonly expires: number;
  readonly count: number;
}

/**
 * How often each grant with a limit was used (protocol.md §7, claim uses): its INTENT records in the log, and a
 * counter in a cell for those that the log has recycled. A grant gets its counter at its first use and keeps it as
 * long as it could be used again, so there is room for USE_COUNT_PAGES × COUNTERS_PER_PAGE grants; one more is
 * refused with 21.
 */
export class UseCounts {
  readonly #cells: Cells;
  readonly #log: LogStore;
  readonly #clock: LockClock;
  readonly #table: GrantTable;
  readonly #roster: ActiveRoster;
  readonly #pages: Counter[][] = Array.from({ length: USE_COUNT_PAGES }, () => []);
  #countedTo = 0;

  constructor(cells: Cells, log: LogStore, clock: LockClock, table: GrantTable, roster: ActiveRoster) {
    this.#cells = cells;
    this.#log = log;
    this.#clock = clock;
    this.#table = table;
    this.#roster = roster;
  }

  load(): void {
    for (let page = 0; page < USE_COUNT_PAGES; page++)
      this.#pages[page] = decodePage(this.#cells.get(useCountsCell(page)));
    const countedTo = this.#cells.get(CellKey.usesCountedTo);
    this.#countedTo = countedTo ? new Reader(countedTo).uint32() : 0;
  }

  /** Infinite for a grant whose counter can count no further. */
  used({ id }: Pick<GrantClaims, "id">): number {
    let used = this.#find(id)?.count ?? 0;
    if (used === COUNT_MAX) return Number.POSITIVE_INFINITY;
    for (const record of this.#log.newestFirst()) {
      if (record.seq <= this.#countedTo) break;
      if (isUse(record, id)) used++;
    }
    return used;
  }

  /** Makes sure that the grant has a counter before it is used; false if there is no room. */
  reserve(grant: GrantClaims): boolean {
    if (grant.uses === undefined || this.#find(grant.id)) return true;
    const counter = { id: grant.id, issuedAt: grant.issuedAt, expires: endOf(grant), count: 0 };
    for (let page = 0; page < USE_COUNT_PAGES; page++) {
      const kept = this.#pages[page]!.filter((old) => !this.#isObsolete(old));
      if (kept.length >= COUNTERS_PER_PAGE) continue;
      const changed = [...kept, counter];
      if (!this.#cells.fits(new Map([[useCountsCell(page), encodePage(changed)]]))) return false;
      this.#cells.set(useCountsCell(page), encodePage(changed));
      this.#pages[page] = changed;
      return true;
    }
    return false;
  }

  /** The cell changes that keep the uses in these records, oldest first, which are about to be recycled. */
  keep(records: readonly LogRecord[]): CellChanges {
    const changes = new Map<number, Uint8Array>();
    for (const [page, counters] of this.#pages.entries()) {
      const counted = counters.map((counter) => ({
        ...counter,
        count: counter.count + this.#newUses(counter, records),
      }));
      if (counted.every(({ count }, i) => count === counters[i]!.count)) continue;
      this.#pages[page] = counted;
      changes.set(useCountsCell(page), encodePage(counted));
    }
    if (changes.size === 0) return changes;
    this.#countedTo = records.at(-1)!.seq;
    return changes.set(CellKey.usesCountedTo, uint32(this.#countedTo));
  }

  #newUses(counter: Counter, records: readonly LogRecord[]): number {
    const uses = records.filter((record) => record.seq > this.#countedTo && isUse(record, counter.id)).length;
    return Math.min(uses, COUNT_MAX - counter.count);
  }

  #find(id: Uint8Array): Counter | undefined {
    return this.#pages.flat().find((counter) => equalBytes(counter.id, id));
  }

  /** Whether the grant can never be accepted again, neither from the table nor carried. */
  #isObsolete(counter: Counter): boolean {
    if (this.#table.active?.find(counter.id)) return false;
    const hasExpired = !this.#clock.isUncertain() && counter.expires <= this.#clock.now();
    return hasExpired || counter.issuedAt < (this.#roster.claims?.carriedFrom ?? 0);
  }
}

/** An essential grant outlives its exp: under an uncertain clock its times are ignored (protocol.md §7). */
function endOf({ rights, expires }: GrantClaims): number {
  return rights & Right.essential ? NEVER : (expires ?? NEVER);
}

function isUse(record: LogRecord, grantId: Uint8Array): boolean {
  return record.type === RecordType.intent && equalBytes(record.aux, grantId);
}

function encodePage(counters: readonly Counter[]): Uint8Array {
  return concat(
    ...counters.map(({ id, issuedAt, expires, count }) => concat(id, uint32(issuedAt), uint32(expires), uint16(count))),
  );
}

function decodePage(stored: Uint8Array | undefined): Counter[] {
  const reader = new Reader(stored ?? new Uint8Array());
  const counters: Counter[] = [];
  while (reader.remaining > 0) {
    counters.push({
      id: reader.bytes(ID_BYTES),
      issuedAt: reader.uint32(),
      expires: reader.uint32(),
      count: reader.uint16(),
    });
  }
  return counters;
}
