import type { Secret } from "../../crypto/secret.ts";
import { SIGNATURE_BYTES, type Suite } from "../../crypto/suite.ts";
import { ascii, equalBytes } from "../wire/bytes.ts";
import { decodeCbor, encodeCbor, Tag } from "../wire/cbor.ts";
import { asArray, asBytes } from "../wire/cbor-shape.ts";
import { type Checked, Reason } from "../wire/reason.ts";
import { asMapOfKeys, checkShape, requireShape } from "./shape.ts";

const KEY_ID_BYTES = 8;

const COSE_SIGN1 = 18;
/** `{1: -7}`: the algorithm is ES256, and nothing else is said. */
const PROTECTED_HEADER = Uint8Array.of(0xa1, 0x01, 0x26);
const KEY_ID_LABEL = 4;

/** A signed document taken apart; its signature may still be anything. */
export interface Envelope {
  /** Key id of the signer, 8 bytes. */
  readonly kid: Uint8Array;
  readonly payload: Uint8Array;
  /** r|s, 64 bytes. */
  readonly signature: Uint8Array;
  /** The whole document, as it came. */
  readonly document: Uint8Array;
}

/** First 8 bytes of the hash of a compressed public key (protocol.md §7). */
export function keyId(suite: Suite, publicKey: Uint8Array): Uint8Array {
  return suite.sha256(publicKey).slice(0, KEY_ID_BYTES);
}

/** A tagged COSE_Sign1 with ES256 over `payload`; `domain` is its external_aad (RFC 9052 §4.4, protocol.md §7). */
export function signEnvelope(suite: Suite, key: Secret, domain: string, payload: Uint8Array): Uint8Array {
  return putTogether(signerId(suite, key), payload, suite.es256Sign(key, toBeSigned(domain, payload)));
}

/** Key ids of signers. A key's point costs as much as a signature by it, and whoever signs does so more than once. */
const signerIds = new WeakMap<Secret, Uint8Array>();

function signerId(suite: Suite, key: Secret): Uint8Array {
  let kid = signerIds.get(key);
  if (!kid) {
    kid = keyId(suite, suite.p256PublicKey(key));
    signerIds.set(key, kid);
  }
  return kid;
}

/** How long the envelope around a payload will be, whoever signs it. */
export function envelopeBytes(payload: Uint8Array): number {
  return putTogether(new Uint8Array(KEY_ID_BYTES), payload, new Uint8Array(SIGNATURE_BYTES)).length;
}

function putTogether(kid: Uint8Array, payload: Uint8Array, signature: Uint8Array): Uint8Array {
  return encodeCbor(new Tag([PROTECTED_HEADER, new Map([[KEY_ID_LABEL, kid]]), payload, signature], COSE_SIGN1));
}

/** Length and shape of the envelope alone; the payload is not looked into. */
export function parseEnvelope(document: Uint8Array, bytesMax: number): Checked<Envelope> {
  return checkShape(() => {
    const tagged = decodeCbor(document, bytesMax);
    requireShape(tagged instanceof Tag && tagged.tag === COSE_SIGN1);
    const [protectedHeader, unprotected, payload, signature] = asArray(tagged.value, 4);
    requireShape(equalBytes(asBytes(protectedHeader), PROTECTED_HEADER));
    return {
      kid: asBytes(asMapOfKeys(unprotected, [KEY_ID_LABEL]).get(KEY_ID_LABEL), KEY_ID_BYTES),
      payload: asBytes(payload),
      signature: asBytes(signature, SIGNATURE_BYTES),
      document,
    };
  });
}

/** 0, 5 (another key's id) or 4 (the signature does not verify). */
export function verifyEnvelope(suite: Suite, envelope: Envelope, publicKey: Uint8Array, domain: string): Reason {
  if (!equalBytes(envelope.kid, keyId(suite, publicKey))) return Reason.unknownKey;
  if (!suite.es256Verify(publicKey, envelope.signature, toBeSigned(domain, envelope.payload))) return Reason.signature;
  return Reason.done;
}

/** Sig_structure of RFC 9052 §4.4. */
function toBeSigned(domain: string, payload: Uint8Array): Uint8Array {
  return encodeCbor(["Signature1", PROTECTED_HEADER, ascii(domain), payload]);
}
