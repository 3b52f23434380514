import { concat, uint8, uint16 } from "../../../protocol/wire/bytes.ts";
import { crc16 } from "../../../protocol/wire/crc.ts";
import { onesIn, turnedBack } from "./bit-rot.ts";
import { isErased } from "./flash-io.ts";

/** What stands before a document in a table copy. */
const HEADER_BYTES = 5;
const DOCUMENT_BYTES_MAX = 640;
/** To know what lies at a place one must see so far: an entry, and whether another begins behind it. */
export const REACH_BYTES = HEADER_BYTES + DOCUMENT_BYTES_MAX + HEADER_BYTES;
/** Where an entry was torn its remains are cleared in pairs of bytes: no entry begins with two zeros, nor with one 1 in them. */
export const CLEARED_BYTES = 2;

const CTI_BYTES = 8;
const CTI_OFFSET_MAX = 0xff;
const LENGTH_BITS = 10;
const WORD_BITS = 16;

/** In an entry's first byte: set while the entry is being written. */
const UNFINISHED = 0x80;
/** In an entry's first byte: set while the entry counts. */
const LIVING = 0x40;
/** Where the check stands: the cti's offset and the CRC. Nothing but zeros there is a good one. */
export const CHECK_OFFSET = 2;
export const CHECK_BYTES = 3;

/** What a table copy holds at the place where an entry may begin. */
type Found =
  /** Erased cells, or what a torn entry left: nothing more comes. */
  | { readonly kind: "end" }
  | { readonly kind: "cleared" }
  /** The cti if it is a living grant: of a dead or rotten one only how much it takes up is of use. */
  | { readonly kind: "entry"; readonly bytes: number; readonly cti: Uint8Array | undefined };

interface Word {
  readonly documentBytes: number;
  readonly isFinished: boolean;
  readonly isLiving: boolean;
}

/** What the document's entry takes up in a copy. */
export function entryBytes(documentBytes: number): number {
  return HEADER_BYTES + documentBytes;
}

/**
 * An entry as it is first programmed: `unfinished 1 bit | living 1 bit | zeros 4 bits | length 10 bits | offset of the cti 1 |
 * crc 2 | document`.
 *
 * `zeros` counts the zero bits of the length (a Berger code): a torn write leaves ones where zeros belong, so the length has
 * fewer zeros and the count says more, and neither a torn length nor a rotten one ever looks like another good one. The CRC
 * finds every change of one or two bits.
 */
export function encodeEntry(cti: Uint8Array, document: Uint8Array): Uint8Array {
  const ctiOffset = indexOf(document, cti);
  const isGood = document.length <= DOCUMENT_BYTES_MAX && ctiOffset >= 0 && ctiOffset <= CTI_OFFSET_MAX;
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

/** What `bytes`, up to REACH_BYTES of them, begin with. */
export function find(bytes: Uint8Array): Found {
  if (bytes.length < HEADER_BYTES) return { kind: "end" };
  if (onesIn(bytes.subarray(0, CLEARED_BYTES)) <= 1) return { kind: "cleared" };
  const word = readWord(bytes);
  if (!word) return findRotten(bytes);
  const length = entryBytes(word.documentBytes);
  const isLast = isErased(bytes.subarray(length));
  // The last one may not be finished yet; of any other the bit has rotted.
  if (!word.isFinished && isLast) return { kind: "end" };
  const counts = word.isFinished && word.isLiving;
  return { kind: "entry", bytes: length, cti: counts ? ctiOf(bytes.subarray(0, length)) : undefined };
}

/** The document of an entry, given all of its bytes, or undefined if it has rotted. */
export function documentOf(entry: Uint8Array): Uint8Array | undefined {
  return ctiOf(entry) && entry.slice(HEADER_BYTES);
}

/** An entry whose first two bytes do not go together: skipped if turning one bit back makes all of it good. */
function findRotten(bytes: Uint8Array): Found {
  const isGood = (candidate: Uint8Array) => {
    const word = readWord(candidate);
    return word !== undefined && ctiOf(candidate.subarray(0, entryBytes(word.documentBytes))) !== undefined;
  };
  const word = readWord(turnedBack(bytes, WORD_BITS, isGood) ?? bytes);
  return word ? { kind: "entry", bytes: entryBytes(word.documentBytes), cti: undefined } : { kind: "end" };
}

/** The first two bytes, or undefined if they do not go together. */
function readWord([first = 0, second = 0]: Uint8Array): Word | undefined {
  const word = (first << 8) | second;
  const documentBytes = word & ((1 << LENGTH_BITS) - 1);
  const zeros = (word >> LENGTH_BITS) & 0xf;
  if (zeros !== zerosOf(documentBytes) || documentBytes > DOCUMENT_BYTES_MAX) return undefined;
  return { documentBytes, isFinished: (first & UNFINISHED) === 0, isLiving: (first & LIVING) !== 0 };
}

/** The cti that the entry's check vouches for. */
function ctiOf(entry: Uint8Array): Uint8Array | undefined {
  const document = entry.subarray(HEADER_BYTES);
  const ctiOffset = entry[CHECK_OFFSET]!;
  const stored = (entry[CHECK_OFFSET + 1]! << 8) | entry[CHECK_OFFSET + 2]!;
  return check(ctiOffset, document) === stored ? document.slice(ctiOffset, ctiOffset + CTI_BYTES) : undefined;
}

function check(ctiOffset: number, document: Uint8Array): number {
  return crc16(concat(uint8(ctiOffset), document));
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
