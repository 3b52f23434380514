/** A run holds at most 254 bytes; its code, one more than their number, then says that no zero follows. */
const FULL_RUN_CODE = 0xff;

/** The most bytes that `length` bytes take when encoded. */
export function cobsBytesMax(length: number): number {
  return length + Math.max(1, Math.ceil(length / (FULL_RUN_CODE - 1)));
}

/**
 * Consistent overhead byte stuffing (Cheshire and Baker, 1999): the same bytes without zeros. LK1 writes no 01 after a
 * full run at the end (protocol.md §10).
 */
export function encodeCobs(bytes: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(cobsBytesMax(bytes.length));
  let codeAt = 0;
  let length = 1;
  bytes.forEach((byte, index) => {
    if (byte !== 0) encoded[length++] = byte;
    const code = length - codeAt;
    const isLast = index === bytes.length - 1;
    if (byte === 0 || (code === FULL_RUN_CODE && !isLast)) {
      encoded[codeAt] = code;
      codeAt = length++;
    }
  });
  encoded[codeAt] = length - codeAt;
  return encoded.slice(0, length);
}

/** The bytes that `encodeCobs` makes `encoded` of, or undefined if there are none: cut short, a zero, another form. */
export function decodeCobs(encoded: Uint8Array): Uint8Array | undefined {
  if (encoded.length === 0 || encoded.includes(0)) return undefined;
  const decoded = new Uint8Array(encoded.length);
  let length = 0;
  for (let at = 0; at < encoded.length; ) {
    const code = encoded[at]!;
    const end = at + code;
    if (end > encoded.length) return undefined;
    decoded.set(encoded.subarray(at + 1, end), length);
    length += code - 1;
    const isLast = end === encoded.length;
    // A full run stands for no zero; an empty run after it at the end would be a second form of the same bytes.
    if (code !== FULL_RUN_CODE && !isLast) length++;
    if (code === FULL_RUN_CODE && end === encoded.length - 1 && encoded[end] === 1) return undefined;
    at = end;
  }
  return decoded.slice(0, length);
}
