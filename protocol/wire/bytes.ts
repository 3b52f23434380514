import { ProtocolError } from "../protocol-error.ts";

/** One array of its own with all parts, in order. */
export function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bytes of a hexadecimal text in either case. Throws RangeError on anything else. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text)) throw new RangeError("not hexadecimal");
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** The bytes of a text of ASCII characters; protocol.md writes these as literals. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** One byte. */
export function uint8(value: number): Uint8Array {
  return bigEndian(value, 1);
}

/** Two bytes, big-endian. */
export function uint16(value: number): Uint8Array {
  return bigEndian(value, 2);
}

/** Four bytes, big-endian. */
export function uint32(value: number): Uint8Array {
  return bigEndian(value, 4);
}

/** Eight bytes, big-endian. */
export function uint64(value: bigint): Uint8Array {
  if (value < 0n || value >= 1n << 64n) throw new RangeError(`${value} is no uint of 8 bytes`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

function bigEndian(value: number, length: 1 | 2 | 4): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * length))
    throw new RangeError(`${value} is no uint of ${length} bytes`);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = value >>> (8 * (length - 1 - i));
  return bytes;
}

/** Equality of public values. Takes a time that depends on them: for keys, tags and macs there is `Suite.equal`. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return compareBytes(a, b) === 0;
}

/** Below, at or above zero as `a` sorts before, with or after `b`, bytewise, a prefix first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Reads a peer's bytes from the front. Throws ProtocolError("wrong-length") rather than reading past the end. */
export class Reader {
  readonly #source: Uint8Array;
  #position = 0;

  constructor(source: Uint8Array) {
    this.#source = source;
  }

  get remaining(): number {
    return this.#source.length - this.#position;
  }

  uint8(): number {
    return this.#uint(1);
  }

  uint16(): number {
    return this.#uint(2);
  }

  uint32(): number {
    return this.#uint(4);
  }

  /** A copy of the next `length` bytes. */
  bytes(length: number): Uint8Array {
    if (length > this.remaining) throw new ProtocolError("wrong-length");
    // Not slice(): a Buffer's shares its memory.
    const bytes = new Uint8Array(this.#source.subarray(this.#position, this.#position + length));
    this.#position += length;
    return bytes;
  }

  /** A copy of all that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  expectEnd(): void {
    if (this.remaining !== 0) throw new ProtocolError("wrong-length");
  }

  #uint(length: number): number {
    return this.bytes(length).reduce((value, byte) => value * 0x100 + byte, 0);
  }
}
