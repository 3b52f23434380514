import { ProtocolError } from "../protocol-error.ts";
import type { Cbor, CborMap } from "./cbor.ts";

export const UINT_MAX = 2 ** 32 - 1;

// Each takes what an array or map holds at some place, so that an element that is not there is refused like any other.

/** An array, of exactly `length` elements if given. */
export function asArray(value: Cbor | undefined, length?: number): Cbor[] {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) throw wrongShape("array");
  return value;
}

/** An array of at least one element: what protocol.md writes `[x, …]`. */
export function asList(value: Cbor | undefined): Cbor[] {
  const elements = asArray(value);
  if (elements.length === 0) throw wrongShape("list");
  return elements;
}

export function asMap(value: Cbor | undefined): CborMap {
  if (!(value instanceof Map)) throw wrongShape("map");
  return value;
}

/** An integer from 0 to `max`. */
export function asUint(value: Cbor | undefined, max = UINT_MAX): number {
  return asInteger(value, 0, max);
}

/** An integer from `min` to `max`. */
export function asInteger(value: Cbor | undefined, min: number, max: number): number {
  if (typeof value !== "number" || value < min || value > max) throw wrongShape("integer");
  return value;
}

/** A byte string, of exactly `length` bytes if given. */
export function asBytes(value: Cbor | undefined, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) throw wrongShape("bytes");
  return value;
}

/** A byte string of at most `bytesMax` bytes. */
export function asBytesUpTo(value: Cbor | undefined, bytesMax: number): Uint8Array {
  const bytes = asBytes(value);
  if (bytes.length > bytesMax) throw wrongShape("bytes");
  return bytes;
}

/** A text of at most `bytesMax` bytes of UTF-8. */
export function asText(value: Cbor | undefined, bytesMax: number): string {
  if (typeof value !== "string" || utf8.encode(value).length > bytesMax) throw wrongShape("text");
  return value;
}

const utf8 = new TextEncoder();

function wrongShape(expected: string): ProtocolError {
  return new ProtocolError("malformed", `not the ${expected} that stands here`);
}
