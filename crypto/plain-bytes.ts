/**
 * The same memory as a plain Uint8Array. node:crypto gives Buffers, whose `slice` shares memory where a Uint8Array's
 * copies: a part of a key would be wiped with the whole.
 */
export function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
