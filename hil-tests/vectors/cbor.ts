import assert from "node:assert/strict";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { type Cbor, decodeCbor, encodeCbor } from "../../protocol/wire/cbor.ts";
import type { Vector } from "./vector.ts";

type Json = number | string | boolean | null | Json[] | { [key: string]: Json };

interface Item {
  readonly hex: string;
  /** Whether this is the preferred encoding. */
  readonly roundtrip: boolean;
  readonly decoded?: Json;
  readonly diagnostic?: string;
}

/** −2^64: the one integer of CBOR that the library under LK1's codec can not write. */
const LOWEST_INTEGER = "3bffffffffffffffff";

/** RFC 8949 appendix A: LK1's decoder takes the deterministic items of major types 0 to 5 and refuses the rest. */
export function readCbor(path: string, text: string): Vector[] | undefined {
  if (path !== "appendix_a.json") return undefined;
  return (JSON.parse(text) as Item[]).map(vector);
}

function vector(item: Item): Vector {
  const name = item.hex;
  if (name === LOWEST_INTEGER)
    return { kind: "skip", name, why: "-2^64: no LK1 message can hold it, so it is refused" };
  return { kind: "check", name, check: () => (isOfLk1(item) ? checkAccepted(item) : checkRefused(item)) };
}

/** No item of the appendix hides a tag, a float or a simple value inside one that round-trips. */
function isOfLk1({ hex, roundtrip }: Item): boolean {
  return roundtrip && fromHex(hex)[0]! >> 5 <= 5;
}

function checkAccepted(item: Item): void {
  const value = decodeCbor(fromHex(item.hex));
  assert.deepEqual(encodeCbor(value), fromHex(item.hex));
  assert.equal(diagnostic(value), item.diagnostic ?? diagnostic(item.decoded!));
}

function checkRefused(item: Item): void {
  assert.throws(() => decodeCbor(fromHex(item.hex)), isMalformed);
}

function isMalformed(error: unknown): boolean {
  return error instanceof ProtocolError && error.code === "malformed";
}

/** Diagnostic notation (RFC 8949 §8), the same for a decoded value and for the JSON that the file gives for it. */
function diagnostic(value: Cbor | Json): string {
  if (typeof value === "string") return JSON.stringify(value);
  // JSON gives integers beyond 2^53 as the nearest double; the bytes encoded again are what checks their last digits.
  if (typeof value === "bigint") return String(Number(value));
  if (value instanceof Uint8Array) return `h'${Buffer.from(value).toString("hex")}'`;
  if (Array.isArray(value)) return `[${value.map(diagnostic).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    return `{${entries.map(([key, item]) => `${diagnostic(key)}: ${diagnostic(item)}`).join(", ")}}`;
  }
  return String(value);
}
