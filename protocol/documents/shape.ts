import { ProtocolError } from "../protocol-error.ts";
import type { Cbor } from "../wire/cbor.ts";
import { asArray, asMap } from "../wire/cbor-shape.ts";
import { type Checked, Reason } from "../wire/reason.ts";

/** Runs a reader of a peer's bytes; where it finds them malformed, that is reason 1. */
export function checkShape<T>(read: () => T): Checked<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof ProtocolError) return { ok: false, reason: Reason.malformed };
    throw error;
  }
}

/** Throws ProtocolError("malformed") unless the condition holds. */
export function requireShape(condition: boolean): asserts condition {
  if (!condition) throw new ProtocolError("malformed");
}

/** A map with integer keys, all of them known (protocol.md §1: unknown claims and settings are refused). */
export function asMapOfKeys(value: Cbor | undefined, known: readonly number[]): Map<number, Cbor> {
  const map = new Map<number, Cbor>();
  for (const [key, item] of asMap(value)) {
    requireShape(typeof key === "number" && known.includes(key));
    map.set(key, item);
  }
  return map;
}

/** Reads a claim that may be absent. */
export function optional<T>(value: Cbor | undefined, read: (value: Cbor) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

/** An array of at most `max` elements. */
export function asArrayUpTo(value: Cbor | undefined, max: number): Cbor[] {
  const array = asArray(value);
  requireShape(array.length <= max);
  return array;
}

/** The claims without those that are absent. */
export function present<Claims extends object>(
  claims: {
    [Name in keyof Claims]-?: Claims[Name] | undefined;
  },
): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined)) as Claims;
}

/** A map of the entries that are there. */
export function mapOf(entries: readonly (readonly [number, Cbor | undefined])[]): Map<number, Cbor> {
  const map = new Map<number, Cbor>();
  for (const [key, value] of entries) if (value !== undefined) map.set(key, value);
  return map;
}
