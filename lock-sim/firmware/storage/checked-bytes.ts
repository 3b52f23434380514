import { concat, Reader, uint16, uint32 } from "../../../protocol/wire/bytes.ts";
import { corrected } from "./bit-rot.ts";
import { crc32 } from "./crc32.ts";

const LENGTH_BITS = 16;
/** What stands before the bytes. */
export const CHECKED_HEADER_BYTES = 6;

/** Bytes as they were programmed, and how much flash they take up. */
interface CheckedBytes {
  readonly body: Uint8Array;
  readonly bytes: number;
  /** False if a bit had to be set right: flash does not hold what it should. */
  readonly isAsProgrammed: boolean;
}

/** `length 2 | crc 4 | body`: a torn write is found, and one rotten bit set right. */
export function encodeChecked(body: Uint8Array): Uint8Array {
  const length = uint16(body.length);
  return concat(length, uint32(crc32(length, body)), body);
}

/** What `encodeChecked` made, with which `bytes` begin; undefined if it is torn, or more than a bit of it has rotted. */
export function readChecked(bytes: Uint8Array): CheckedBytes | undefined {
  if (bytes.length < CHECKED_HEADER_BYTES) return undefined;
  const header = new Reader(bytes.subarray(0, CHECKED_HEADER_BYTES));
  const [stored, crc] = [header.uint16(), header.uint32()];
  for (const length of [stored, ...neighbours(stored)]) {
    const programmed = bytes.subarray(CHECKED_HEADER_BYTES, CHECKED_HEADER_BYTES + length);
    const body = programmed.length === length ? corrected(programmed, crc, uint16(length)) : undefined;
    if (!body) continue;
    const isAsProgrammed = length === stored && crc === crc32(uint16(length), programmed);
    return { body, bytes: CHECKED_HEADER_BYTES + length, isAsProgrammed };
  }
  return undefined;
}

/** Lengths that differ in one bit. */
function neighbours(length: number): number[] {
  return Array.from({ length: LENGTH_BITS }, (_, bit) => length ^ (1 << bit));
}
