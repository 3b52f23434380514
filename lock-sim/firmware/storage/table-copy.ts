import { concat, Reader, toHex, uint16 } from "../../../protocol/wire/bytes.ts";
import type { Flash } from "../../hal.ts";
import { RottenFlash } from "./bit-rot.ts";
import { encodeChecked, readChecked } from "./checked-bytes.ts";
import { eraseRegion, programChecked } from "./flash-io.ts";
import type { FlashRegion } from "./flash-map.ts";
import {
  CHECK_BYTES,
  CHECK_OFFSET,
  CLEARED_BYTES,
  dead,
  documentOf,
  encodeEntry,
  entryBytes,
  find,
  finished,
  REACH_BYTES,
} from "./grant-entry.ts";

/** With a roster of 990 bytes. */
const HEADER_BYTES_MAX = 8 + 990;
const ERASED = 0xff;

/** Where an entry lies. */
export interface GrantPlace {
  readonly offset: number;
  readonly documentBytes: number;
  /** Counted over all entries of the copy, living or not. */
  readonly ordinal: number;
}

/**
 * One of the two copies of the table: checked bytes of `kept length 2 | roster`, then `kept bits | entries`.
 *
 * A kept bit stands for an entry of the other copy, by its ordinal: while this is the staging copy, the entries
 * whose bits are still set belong to it too. Entries: see grant-entry.ts.
 */
export class TableCopy {
  readonly #flash: Flash;
  readonly #region: FlashRegion;
  readonly #places = new Map<string, GrantPlace>();
  #roster: Uint8Array = new Uint8Array();
  #keptOffset = 0;
  #entryCount = 0;
  /** Where the entries end: behind it all is erased, but for what a torn entry may have left. */
  #end = 0;
  #corrections = 0;

  constructor(flash: Flash, region: FlashRegion) {
    this.#flash = flash;
    this.#region = region;
  }

  /** Where the living entries lie, by cti in hexadecimal. */
  get places(): ReadonlyMap<string, GrantPlace> {
    return this.#places;
  }

  /** All entries, living or not. */
  get entryCount(): number {
    return this.#entryCount;
  }

  get roster(): Uint8Array {
    return this.#roster.slice();
  }

  get bytesLeft(): number {
    return this.#limit - this.#behindRemains(this.#end);
  }

  /** How many bits of the roster were found rotten, and set right, by `scan`. */
  get corrections(): number {
    return this.#corrections;
  }

  erase(): void {
    eraseRegion(this.#flash, this.#region);
  }

  /** Begins anew, all `otherEntries` of the other copy kept. Not atomic: whoever calls notes elsewhere that it was done. */
  create(roster: Uint8Array, otherEntries: number): void {
    this.erase();
    const keptBytes = Math.ceil(otherEntries / 8);
    programChecked(this.#flash, this.#region.offset, encodeChecked(concat(uint16(keptBytes), roster)));
    this.scan();
  }

  /** Reads what `create` and `append` left. Throws RottenFlash if more than one bit of the roster has rotted. */
  scan(): void {
    this.#scanHeader();
    this.#entryCount = 0;
    this.#places.clear();
    while (this.#scanEntry()) {}
  }

  isKept(ordinal: number): boolean {
    return (this.#keptByte(ordinal) & bitOf(ordinal)) !== 0;
  }

  /** One bit, so never torn. */
  dropKept(ordinal: number): void {
    const without = this.#keptByte(ordinal) & ~bitOf(ordinal);
    programChecked(this.#flash, this.#keptOffset + (ordinal >> 3), Uint8Array.of(without));
  }

  /** The document, or undefined if its cells have rotted. */
  read({ offset, documentBytes }: GrantPlace): Uint8Array | undefined {
    return documentOf(this.#flash.read(offset, entryBytes(documentBytes)));
  }

  /** Whether this grant fits, and `reservedBytes` of entries after it. */
  fits(cti: Uint8Array, document: Uint8Array, reservedBytes: number): boolean {
    const entry = encodeEntry(cti, document);
    return this.#offsetFor(entry) + entry.length + reservedBytes <= this.#limit;
  }

  /** Adds a grant that fits, in place of the one with the same cti if there is one. */
  append(cti: Uint8Array, document: Uint8Array): void {
    const entry = encodeEntry(cti, document);
    const offset = this.#offsetFor(entry);
    if (offset > this.#end) programChecked(this.#flash, this.#end, new Uint8Array(offset - this.#end));
    programChecked(this.#flash, offset, entry);
    programChecked(this.#flash, offset, Uint8Array.of(finished(entry[0]!)));
    this.#end = offset + entry.length;
    this.#take(toHex(cti), { offset, documentBytes: document.length, ordinal: this.#entryCount++ });
  }

  drop(cti: string): void {
    const place = this.#places.get(cti);
    if (place) this.#kill(place);
    this.#places.delete(cti);
  }

  #scanHeader(): void {
    const { offset } = this.#region;
    const header = readChecked(this.#flash.read(offset, HEADER_BYTES_MAX));
    if (!header) throw new RottenFlash("the roster in this lock's flash has rotted");
    const body = new Reader(header.body);
    const keptBytes = body.uint16();
    this.#roster = body.rest();
    this.#keptOffset = offset + header.bytes;
    this.#end = this.#keptOffset + keptBytes;
    this.#corrections = header.isAsProgrammed ? 0 : 1;
  }

  /** Takes up the entry at the end of those known. False if there is none. */
  #scanEntry(): boolean {
    const offset = this.#end;
    const found = find(this.#reach(offset));
    switch (found.kind) {
      case "end":
        return false;
      case "cleared":
        this.#end += CLEARED_BYTES;
        return true;
      case "entry": {
        const { cti, bytes } = found;
        this.#end += bytes;
        const ordinal = this.#entryCount++;
        if (cti) this.#take(toHex(cti), { offset, documentBytes: bytes - entryBytes(0), ordinal });
        return true;
      }
    }
  }

  /** The newer of two entries with one cti counts; a power cut may have left both living. */
  #take(cti: string, place: GrantPlace): void {
    const older = this.#places.get(cti);
    if (older) this.#kill(older);
    this.#places.set(cti, place);
  }

  /** In two steps: the first can not be torn, the second keeps one rotten bit from undoing it. */
  #kill({ offset }: GrantPlace): void {
    const [first] = this.#flash.read(offset, 1);
    programChecked(this.#flash, offset, Uint8Array.of(dead(first!)));
    programChecked(this.#flash, offset + CHECK_OFFSET, new Uint8Array(CHECK_BYTES));
  }

  /** Usually what was torn comes again, and then goes where it was torn: so no room is lost. */
  #offsetFor(entry: Uint8Array): number {
    let offset = this.#end;
    while (!this.#takes(offset, entry)) offset = this.#behindRemains(offset);
    return offset;
  }

  /** Whether programming `entry` here gives `entry`: every bit it needs is still 1, and nothing lies behind it. */
  #takes(offset: number, entry: Uint8Array): boolean {
    const there = this.#reach(offset);
    return there.every((byte, i) => (i < entry.length ? (byte & entry[i]!) === entry[i] : byte === ERASED));
  }

  /** Behind what a torn entry, or a rotten bit, has left from `offset` on. */
  #behindRemains(offset: number): number {
    const length = this.#reach(offset).findLastIndex((byte) => byte !== ERASED) + 1;
    return offset + Math.ceil(length / CLEARED_BYTES) * CLEARED_BYTES;
  }

  /** As far as an entry at `offset` could reach, and the copy does. */
  #reach(offset: number): Uint8Array {
    const length = Math.min(REACH_BYTES, this.#limit - offset);
    return length > 0 ? this.#flash.read(offset, length) : new Uint8Array();
  }

  get #limit(): number {
    return this.#region.offset + this.#region.blocks * this.#flash.eraseBlockBytes;
  }

  #keptByte(ordinal: number): number {
    return this.#flash.read(this.#keptOffset + (ordinal >> 3), 1)[0]!;
  }
}

function bitOf(ordinal: number): number {
  return 1 << (ordinal & 7);
}
