import { concat, Reader, toHex, uint16, uint32 } from "../../../protocol/wire/bytes.ts";
import type { Flash } from "../../hal.ts";
import { crc32 } from "./crc32.ts";
import { eraseRegion, isErased, programChecked } from "./flash-io.ts";
import type { FlashRegion } from "./flash-map.ts";
import {
  ctiOf,
  dead,
  decodeHeader,
  ENTRY_HEADER_BYTES,
  encodeEntry,
  finished,
  TORN_HEADER_BYTES,
} from "./grant-entry.ts";

const HEADER_BYTES = 8;

/** Where an entry lies. */
export interface GrantPlace {
  readonly offset: number;
  readonly documentBytes: number;
  /** Counted over all finished entries of the copy, living or not. */
  readonly ordinal: number;
}

/** What the document's entry takes up in a copy. */
export function entryBytes(documentBytes: number): number {
  return ENTRY_HEADER_BYTES + documentBytes;
}

/**
 * One of the two copies of the table: `roster length 2 | kept length 2 | crc 4 | roster | kept bits | entries`.
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
  /** Where the next entry goes. */
  #end = 0;
  /** Where the last entry began, if a power cut kept it from being finished. */
  #tornAt: number | undefined;

  constructor(flash: Flash, region: FlashRegion) {
    this.#flash = flash;
    this.#region = region;
  }

  /** Where the living entries lie, by cti in hexadecimal. */
  get places(): ReadonlyMap<string, GrantPlace> {
    return this.#places;
  }

  /** All finished entries, living or not. */
  get entryCount(): number {
    return this.#entryCount;
  }

  get roster(): Uint8Array {
    return this.#roster.slice();
  }

  get bytesLeft(): number {
    return this.#limit - this.#end;
  }

  erase(): void {
    eraseRegion(this.#flash, this.#region);
  }

  /** Begins anew, all `otherEntries` of the other copy kept. Not atomic: whoever calls notes elsewhere that it was done. */
  create(roster: Uint8Array, otherEntries: number): void {
    this.erase();
    const lengths = concat(uint16(roster.length), uint16(Math.ceil(otherEntries / 8)));
    programChecked(this.#flash, this.#region.offset, concat(lengths, uint32(crc32(lengths, roster)), roster));
    this.scan();
  }

  /** Reads what `create` and `append` left. */
  scan(): void {
    const header = this.#flash.read(this.#region.offset, HEADER_BYTES);
    const reader = new Reader(header);
    const [rosterBytes, keptBytes, crc] = [reader.uint16(), reader.uint16(), reader.uint32()];
    this.#roster = this.#flash.read(this.#region.offset + HEADER_BYTES, rosterBytes);
    if (crc !== crc32(header.subarray(0, 4), this.#roster)) throw new Error("the roster's flash cells have rotted");
    this.#keptOffset = this.#region.offset + HEADER_BYTES + rosterBytes;
    this.#end = this.#keptOffset + keptBytes;
    this.#entryCount = 0;
    this.#tornAt = undefined;
    this.#places.clear();
    while (this.bytesLeft >= ENTRY_HEADER_BYTES && this.#scanEntry()) {}
  }

  isKept(ordinal: number): boolean {
    return (this.#keptByte(ordinal) & bitOf(ordinal)) !== 0;
  }

  /** One bit, so never torn. */
  dropKept(ordinal: number): void {
    const without = this.#keptByte(ordinal) & ~bitOf(ordinal);
    programChecked(this.#flash, this.#keptOffset + (ordinal >> 3), Uint8Array.of(without));
  }

  read({ offset, documentBytes }: GrantPlace): Uint8Array {
    return this.#flash.read(offset + ENTRY_HEADER_BYTES, documentBytes);
  }

  /** Whether this grant fits, and `reservedBytes` of entries after it. */
  fits(cti: Uint8Array, document: Uint8Array, reservedBytes: number): boolean {
    const entry = encodeEntry(cti, document);
    const end = Math.max(this.#end, this.#offsetFor(entry) + entry.length);
    return end + reservedBytes <= this.#limit;
  }

  /** Adds a grant that fits, in place of the one with the same cti if there is one. */
  append(cti: Uint8Array, document: Uint8Array): void {
    const entry = encodeEntry(cti, document);
    const offset = this.#offsetFor(entry);
    programChecked(this.#flash, offset, entry);
    programChecked(this.#flash, offset, Uint8Array.of(finished(entry[0]!)));
    this.#tornAt = undefined;
    this.#end = Math.max(this.#end, offset + entry.length);
    this.#take(toHex(cti), { offset, documentBytes: document.length, ordinal: this.#entryCount++ });
  }

  drop(cti: string): void {
    const place = this.#places.get(cti);
    if (place) this.#kill(place);
    this.#places.delete(cti);
  }

  /** Takes up the entry at the end of those known. False if there is none. */
  #scanEntry(): boolean {
    const offset = this.#end;
    const [first, second] = this.#flash.read(offset, TORN_HEADER_BYTES);
    const header = decodeHeader(first!, second!);
    if (header.kind === "nothing") return false;
    const isFinished = header.kind === "entry" && header.isFinished;
    this.#tornAt = isFinished ? undefined : offset;
    this.#end += header.kind === "entry" ? entryBytes(header.documentBytes) : TORN_HEADER_BYTES;
    if (!isFinished) return true;
    const { documentBytes, isLiving } = header;
    const ordinal = this.#entryCount++;
    const cti = ctiOf(this.#flash.read(offset, entryBytes(documentBytes)));
    if (cti && isLiving) this.#take(toHex(cti), { offset, documentBytes, ordinal });
    return true;
  }

  /** The newer of two entries with one cti counts; a power cut may have left both living. */
  #take(cti: string, place: GrantPlace): void {
    const older = this.#places.get(cti);
    if (older) this.#kill(older);
    this.#places.set(cti, place);
  }

  #kill({ offset }: GrantPlace): void {
    const [first] = this.#flash.read(offset, 1);
    programChecked(this.#flash, offset, Uint8Array.of(dead(first!)));
  }

  /** Usually what was torn comes again, and then takes up where it was torn: so no room is lost. */
  #offsetFor(entry: Uint8Array): number {
    return this.#tornAt !== undefined && this.#takes(this.#tornAt, entry) ? this.#tornAt : this.#end;
  }

  /** Whether programming `entry` here gives `entry`: every bit it needs is still 1, and nothing lies behind it. */
  #takes(offset: number, entry: Uint8Array): boolean {
    const end = Math.max(this.#end, offset + entry.length);
    if (end > this.#limit) return false;
    const there = this.#flash.read(offset, end - offset);
    return entry.every((byte, i) => (there[i]! & byte) === byte) && isErased(there.subarray(entry.length));
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
