const POLYNOMIAL = 0xedb88320;

/** CRC-32 (ISO-HDLC, as in zip and PNG) over the concatenation of the parts. Finds torn writes and rotten cells, not malice. */
export function crc32(...parts: Uint8Array[]): number {
  let crc = 0xffffffff;
  for (const part of parts) for (const byte of part) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

/**
 * Which bit of so many last bytes, turned over, makes this difference between two CRCs: counted from the first byte's lowest,
 * undefined if none does. What the bytes are does not matter: a CRC is linear.
 */
export function bitThatMakes(bytes: number, difference: number): number | undefined {
  let ofBit = POLYNOMIAL;
  for (let bit = 8 * bytes - 1; bit >= 0; bit--) {
    if (ofBit === difference) return bit;
    ofBit = withZeroBit(ofBit);
  }
  return undefined;
}

/** The register after one more bit, of which nothing comes in. */
function withZeroBit(crc: number): number {
  return ((crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0)) >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit++) crc = withZeroBit(crc);
  return crc;
});
