import type { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { keyId, parseEnvelope } from "../../../protocol/documents/cose-sign1.ts";
import { concat, fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import { type Cbor, encodeCbor, Tag } from "../../../protocol/wire/cbor.ts";

const COSE_SIGN1 = 18;
const KEY_ID_LABEL = 4;
const ES256_HEADER = fromHex("a10126");
const DOCUMENT_BYTES_MAX = 1024;
const SCALAR_BYTES = 32;
/** n, the order of P-256's base point. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The parts of an envelope that somebody puts together who does not ask what is allowed. */
interface Parts {
  readonly protectedHeader: Uint8Array;
  readonly unprotected: Map<number, Cbor>;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** The document with some of its parts exchanged; nothing is signed anew. */
export function reshape(document: Uint8Array, wish: Partial<Parts>): Uint8Array {
  const { protectedHeader, unprotected, payload, signature } = { ...partsOf(document), ...wish };
  return encodeCbor(new Tag([protectedHeader, unprotected, payload, signature], COSE_SIGN1));
}

export function partsOf(document: Uint8Array): Parts {
  const envelope = parseEnvelope(document, DOCUMENT_BYTES_MAX);
  if (!envelope.ok) throw new RangeError("this is no document");
  const { kid, payload, signature } = envelope.value;
  return { protectedHeader: ES256_HEADER, unprotected: new Map([[KEY_ID_LABEL, kid]]), payload, signature };
}

/** The document under the key id of somebody else. */
export function underNameOf(publicKey: Uint8Array, document: Uint8Array): Uint8Array {
  return reshape(document, { unprotected: new Map([[KEY_ID_LABEL, keyId(suite, publicKey)]]) });
}

/** The same document with the other signature that is as good: r, n − s. */
export function twinOf(document: Uint8Array): Uint8Array {
  const { signature } = partsOf(document);
  const s = BigInt(`0x${toHex(signature.subarray(SCALAR_BYTES))}`);
  const other = fromHex((ORDER - s).toString(16).padStart(2 * SCALAR_BYTES, "0"));
  return reshape(document, { signature: concat(signature.subarray(0, SCALAR_BYTES), other) });
}

export function publicKeyOf(key: Secret): Uint8Array {
  return suite.p256PublicKey(key);
}
