import { ProtocolError } from "../protocol-error.ts";
import { Reader } from "./bytes.ts";

const DEPTH_MAX = 8;
const COSE_SIGN1_TAG = 18;

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;

/**
 * Walks the heads of one CBOR item (RFC 8949 §3) before a general decoder sees it, so that it meets nothing but what
 * LK1 uses: integers, definite strings, arrays and maps, integer or text keys, tag 18, at most 8 deep, no length beyond
 * the input. Shortest forms, order and UTF-8 are left to the comparison that follows. Throws ProtocolError("malformed").
 */
export function scanCbor(bytes: Uint8Array): void {
  try {
    const reader = new Reader(bytes);
    scanItem(reader, 1);
    reader.expectEnd();
  } catch (error) {
    if (error instanceof ProtocolError) throw new ProtocolError("malformed", "not LK1's CBOR");
    throw error;
  }
}

/** Walks past one item and returns its major type. */
function scanItem(reader: Reader, depth: number): number {
  if (depth > DEPTH_MAX) throw new ProtocolError("malformed");
  const head = reader.uint8();
  const majorType = head >> 5;
  const argument = readArgument(reader, head & 0x1f);
  switch (majorType) {
    case UNSIGNED:
    case NEGATIVE:
      break;
    case BYTES:
    case TEXT:
      reader.bytes(argument);
      break;
    case ARRAY:
      for (let i = 0; i < argument; i++) scanItem(reader, depth + 1);
      break;
    case MAP:
      for (let i = 0; i < argument; i++) {
        expectKey(scanItem(reader, depth + 1));
        scanItem(reader, depth + 1);
      }
      break;
    case TAG:
      if (argument !== COSE_SIGN1_TAG) throw new ProtocolError("malformed");
      scanItem(reader, depth + 1);
      break;
    default:
      // Major type 7: floats, booleans, null, undefined and simple values. LK1 has none of them.
      throw new ProtocolError("malformed");
  }
  return majorType;
}

/** The argument of a head; above 2^53 it loses its low bits, which only matters to lengths that no input has. */
function readArgument(reader: Reader, additional: number): number {
  if (additional < 24) return additional;
  switch (additional) {
    case 24:
      return reader.uint8();
    case 25:
      return reader.uint16();
    case 26:
      return reader.uint32();
    case 27:
      return reader.uint32() * 2 ** 32 + reader.uint32();
    default:
      // 28–30 are reserved, 31 is an indefinite length.
      throw new ProtocolError("malformed");
  }
}

function expectKey(majorType: number): void {
  if (majorType !== UNSIGNED && majorType !== NEGATIVE && majorType !== TEXT) throw new ProtocolError("malformed");
}
