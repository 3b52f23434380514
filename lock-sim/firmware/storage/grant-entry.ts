import { concat, uint8, uint16 } from "../../../protocol/wire/bytes.ts";
import { crc32 } from "./crc32.ts";

/** What stands before a document in a table copy. */
export const ENTRY_HEADER_BYTES = 5;
/** What an entry takes up if its header is torn: nothing was programmed after these. */
export const TORN_HEADER_BYTES = 2;

const CTI_BYTES = 8;
const CTI_OFFSET_MAX = 0xff;
const LENGTH_BITS = 10;
const LENGTH_MAX = (1 << LENGTH_BITS) - 1;

/** In an entry's first byte: set while the entry is being written. */
const UNFINISHED = 0x80;
/** In an entry's first byte: set while the entry counts. */
const LIVING = 0x40;

/** What the first two bytes of an entry say. */
type EntryHeader =
  | { readonly kind: "nothing" }
  | { readonly kind: "torn" }
  | {
      readonly kind: "entry";
      readonly documentBytes: number;
      readonly isFinished: boolean;
      readonly isLiving: boolean;
    };

/**
 * An entry as it is first programmed: `unfinished 1 bit | living 1 bit | zeros 4 bits | length 10 bits | offset of the cti 1 |
 * crc 2 | document`.
 *
 * `zeros` counts the zero bits of the length (a Berger code): a torn write leaves ones where zeros belong, so the length has
 * fewer zeros and the count says more, and a torn length never looks like another good one.
 */
export function encodeEntry(cti: Uint8Array, document: Uint8Array): Uint8Array {
  const ctiOffset = indexOf(document, cti);
  const isGood = document.length <= LENGTH_MAX && ctiOffset >= 0 && ctiOffset <= CTI_OFFSET_MAX;
  if (!isGood) throw new RangeError("not a grant with this id");
  const word = ((UNFINISHED | LIVING) << 8) | (zerosOf(document.length) << LENGTH_BITS) | document.length;
  return concat(uint16(word), uint8(ctiOffset), uint16(check(ctiOffset, document)), document);
}

/** The first byte of an entry of which all is there. Differs in one bit from before, so that it can not be torn. */
export function finished(firstByte: number): number {
  return firstByte & ~UNFINISHED;
}

/** The first byte of an entry that no longer counts. Differs in one bit from before, so that it can not be torn. */
export function dead(firstByte: number): number {
  return firstByte & ~LIVING;
}

export function decodeHeader(first: number, second: number): EntryHeader {
  if (first === 0xff) return { kind: "nothing" };
  const word = (first << 8) | second;
  const documentBytes = word & LENGTH_MAX;
  if (((word >> LENGTH_BITS) & 0xf) !== zerosOf(documentBytes)) return { kind: "torn" };
  return { kind: "entry", documentBytes, isFinished: (first & UNFINISHED) === 0, isLiving: (first & LIVING) !== 0 };
}

/** The cti of a finished entry, given all of its bytes, or undefined if its cells have rotted. */
export function ctiOf(entry: Uint8Array): Uint8Array | undefined {
  const document = entry.subarray(ENTRY_HEADER_BYTES);
  const ctiOffset = entry[2]!;
  if (check(ctiOffset, document) !== ((entry[3]! << 8) | entry[4]!)) return undefined;
  return document.slice(ctiOffset, ctiOffset + CTI_BYTES);
}

function check(ctiOffset: number, document: Uint8Array): number {
  return crc32(uint8(ctiOffset), document) & 0xffff;
}

function zerosOf(length: number): number {
  let zeros = 0;
  for (let bit = 0; bit < LENGTH_BITS; bit++) if (((length >> bit) & 1) === 0) zeros++;
  return zeros;
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.length <= bytes.length; at++) {
    if (part.every((byte, i) => byte === bytes[at + i])) return at;
  }
  return -1;
}
