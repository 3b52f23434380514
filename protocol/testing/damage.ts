/** Every copy of the bytes with one bit the other way. */
export function everyBitFlip(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: 8 * bytes.length }, (_, bit) => {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    return flipped;
  });
}

/** Every beginning of the bytes, nothing included, the whole excluded. */
export function everyTruncation(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, length) => bytes.slice(0, length));
}
