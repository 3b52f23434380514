import { bitThatMakes, crc32 } from "./crc32.ts";

// A cell of flash loses its charge once in years, and then one bit reads wrong. One is set right where that is certain;
// more than one is not guessed at.

/** Flash holds what nobody programmed and what nobody can set right. The lock does not start on it. */
export class RottenFlash extends Error {
  override readonly name = "RottenFlash";
}

/**
 * `bytes` as they were when `crc` was made of `domain` and them, if at most one bit of bytes and crc is wrong; else
 * undefined.
 */
export function corrected(bytes: Uint8Array, crc: number, domain: Uint8Array): Uint8Array | undefined {
  const difference = (crc ^ crc32(domain, bytes)) >>> 0;
  const isOnlyCrcWrong = (difference & (difference - 1)) === 0;
  if (isOnlyCrcWrong) return bytes;
  const bit = bitThatMakes(bytes.length, difference);
  return bit === undefined ? undefined : withBitTurned(bytes, bit);
}

/** The first of the copies of `bytes` with one of the first `bits` bits turned over that is good. */
export function turnedBack(
  bytes: Uint8Array,
  bits: number,
  isGood: (candidate: Uint8Array) => boolean,
): Uint8Array | undefined {
  for (let bit = 0; bit < bits; bit++) {
    const candidate = withBitTurned(bytes, bit);
    if (isGood(candidate)) return candidate;
  }
  return undefined;
}

export function onesIn(bytes: Uint8Array): number {
  let ones = 0;
  for (let byte of bytes) for (; byte > 0; byte >>= 1) ones += byte & 1;
  return ones;
}

/** Bits count from the first byte's lowest. */
function withBitTurned(bytes: Uint8Array, bit: number): Uint8Array {
  const turned = bytes.slice();
  turned[bit >> 3]! ^= 1 << (bit & 7);
  return turned;
}
