import { Encoder, Tag } from "cbor-x";
import { ProtocolError } from "../protocol-error.ts";
import { compareBytes, equalBytes } from "./bytes.ts";
import { scanCbor } from "./cbor-scan.ts";

export { Tag };

/**
 * What LK1's CBOR is made of (protocol.md §1). Integers from −2^32 to 2^32−1 are numbers, those beyond are bigints below
 * 2^64 either way; the one tag is COSE_Sign1's, `new Tag([…], 18)`.
 */
export type Cbor = number | bigint | string | Uint8Array | Cbor[] | CborMap | Tag;
export type CborMap = Map<number | bigint | string, Cbor>;

export const CBOR_BYTES_MAX = 1024;

const INTEGER_MAX = 2 ** 32 - 1;
const INTEGER_MIN = -(2 ** 32);
const BIGINT_LIMIT = 2n ** 64n;

const codec = new Encoder({
  useRecords: false,
  mapsAsObjects: false,
  tagUint8Array: false,
  variableMapSize: true,
  copyBuffers: true,
});

/** Deterministic CBOR (RFC 8949 §4.2.1); maps may be given in any order. Throws RangeError on a value outside `Cbor`. */
export function encodeCbor(value: Cbor): Uint8Array {
  return Uint8Array.from(codec.encode(canonical(value)));
}

/**
 * The value of bytes that are deterministic CBOR and nothing else: byte strings are copies, maps keep the order of the
 * wire, which is sorted. Throws ProtocolError("malformed").
 */
export function decodeCbor(bytes: Uint8Array, bytesMax = CBOR_BYTES_MAX): Cbor {
  if (bytes.length > bytesMax) throw new ProtocolError("malformed", `CBOR of more than ${bytesMax} bytes`);
  scanCbor(bytes);
  try {
    // cbor-x hangs a DataView on its input, so it gets an array of its own.
    const value = codec.decode(Uint8Array.from(bytes));
    if (equalBytes(encodeCbor(value), bytes)) return value;
  } catch {
    // cbor-x could not read it, or it holds −2^64, which cbor-x would write as a bignum.
  }
  throw new ProtocolError("malformed", "not deterministic CBOR");
}

/** The same value in a form that cbor-x writes deterministically: keys sorted by their encoding, integers checked. */
function canonical(value: Cbor): Cbor {
  if (typeof value === "number") return checkedInteger(value);
  if (typeof value === "bigint") return shortestInteger(value);
  if (typeof value === "string") return checkedText(value);
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(canonical);
  if (value instanceof Tag) return new Tag(canonical(value.value), value.tag);
  if (value instanceof Map) return canonicalMap(value);
  throw new RangeError("not a value of LK1's CBOR");
}

function canonicalMap(map: CborMap): CborMap {
  const entries = [...map].map(([key, value]) => {
    const canonicalKey = canonical(key) as typeof key;
    return { key: canonicalKey, encodedKey: Uint8Array.from(codec.encode(canonicalKey)), value: canonical(value) };
  });
  entries.sort((a, b) => compareBytes(a.encodedKey, b.encodedKey));
  return new Map(entries.map(({ key, value }) => [key, value]));
}

function checkedInteger(value: number): number {
  // cbor-x would write anything else as a float.
  if (!Number.isInteger(value) || value < INTEGER_MIN || value > INTEGER_MAX) throw new RangeError("not an integer");
  return value;
}

/** cbor-x writes every bigint in nine bytes, so one that fits in fewer must be a number, and one beyond as a bignum. */
function shortestInteger(value: bigint): number | bigint {
  if (value >= INTEGER_MIN && value <= INTEGER_MAX) return Number(value);
  if (value <= -BIGINT_LIMIT || value >= BIGINT_LIMIT) throw new RangeError("an integer of more than 64 bits");
  return value;
}

function checkedText(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new RangeError("a lone surrogate is no text");
  return text;
}
