import assert from "node:assert/strict";
import { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { keyId, parseEnvelope, verifyEnvelope } from "../../protocol/documents/cose-sign1.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { equalBytes, fromHex } from "../../protocol/wire/bytes.ts";
import { CBOR_BYTES_MAX, type Cbor, decodeCbor, encodeCbor, Tag } from "../../protocol/wire/cbor.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { Vector } from "./vector.ts";

interface Example {
  readonly title: string;
  readonly fail?: boolean;
  readonly input: {
    readonly plaintext?: string;
    readonly plaintext_hex?: string;
    readonly sign0?: { readonly key: Key; readonly alg: string; readonly external?: string };
    readonly sign?: object;
    readonly mac0?: { readonly alg: string };
    readonly encrypted?: { readonly protected: { readonly alg: string } };
    /** The nonce of an encryption. */
    readonly rng_stream?: readonly string[];
  };
  readonly intermediates: {
    readonly ToBeSign_hex?: string;
    readonly ToMac_hex?: string;
    readonly AAD_hex?: string;
    readonly CEK_hex?: string;
  };
  readonly output: { readonly cbor: string };
}
interface Key {
  readonly x?: string;
  readonly y?: string;
  readonly x_hex?: string;
  readonly y_hex?: string;
}

const ES256 = -7;
const LABEL_ALG = 1;
const LABEL_KID = 4;
const SIGN1_TAG = 18;
/** `{1: -7}`, the one protected header of LK1. */
const LK1_PROTECTED = fromHex("a10126");

/**
 * Examples of cose-wg/Examples. COSE_Sign1 with ES256 is verified; its CWTs that are sealed or carry a mac check the
 * primitives under them; what is signed otherwise must be refused as an LK1 document.
 */
export function readCose(path: string, text: string): Vector[] | undefined {
  if (!path.endsWith(".json")) return undefined;
  const example = JSON.parse(text) as Example;
  const { sign0, mac0, encrypted } = example.input;
  const check = (checkSuite: (suite: Suite) => void): Vector[] => [
    { kind: "check", name: example.title, check: ({ suite }) => checkSuite(suite) },
  ];
  if (sign0?.alg === "ES256") return check((suite) => checkSign1(suite, example, sign0));
  if (mac0?.alg === "HS256/64") return check((suite) => checkMac0(suite, example));
  if (encrypted?.protected.alg === "AES-CCM-16-128/64") return check((suite) => checkEncrypt0(suite, example));
  return check(() => checkIsNoDocument(fromHex(example.output.cbor)));
}

function checkSign1(suite: Suite, example: Example, { key, external }: NonNullable<Example["input"]["sign0"]>): void {
  const bytes = fromHex(example.output.cbor);
  const publicKey = suite.p256FromCoordinates(coordinate(key.x_hex, key.x), coordinate(key.y_hex, key.y));
  assert.ok(publicKey, "the public key is on the curve");
  // No example names its key as LK1 does, so none may pass as it is.
  checkIsNoDocument(bytes);

  const isGood = example.fail !== true;
  const sign1 = parseSign1(bytes);
  if (!sign1) {
    assert.equal(isGood, false);
    return;
  }
  const aad = fromHex(external ?? "");
  const toBeSigned = encodeCbor(["Signature1", sign1.signedHeader, aad, sign1.payload]);
  if (isGood) assert.deepEqual(toBeSigned, fromHex(example.intermediates.ToBeSign_hex!));
  assert.equal(sign1.isEs256 && suite.es256Verify(publicKey, sign1.signature, toBeSigned), isGood);
  if (equalBytes(sign1.signedHeader, LK1_PROTECTED)) checkAsDocument(suite, sign1, publicKey, aad, isGood);
}

/** The key id is not signed: with LK1's in its place the document is LK1's, and its own code must say the same. */
function checkAsDocument(suite: Suite, sign1: Sign1, publicKey: Uint8Array, aad: Uint8Array, isGood: boolean): void {
  const header = new Map([[LABEL_KID, keyId(suite, publicKey)]]);
  const document = encodeCbor(new Tag([LK1_PROTECTED, header, sign1.payload, sign1.signature], SIGN1_TAG));
  const envelope = parseEnvelope(document, CBOR_BYTES_MAX);
  assert.ok(envelope.ok, "LK1's profile takes it");
  const reason = verifyEnvelope(suite, envelope.value, publicKey, Buffer.from(aad).toString("latin1"));
  assert.equal(reason, isGood ? Reason.done : Reason.signature);
}

function checkIsNoDocument(bytes: Uint8Array): void {
  assert.deepEqual(parseEnvelope(bytes, CBOR_BYTES_MAX), { ok: false, reason: Reason.malformed });
}

/** RFC 8392 A.4 and A.7: HMAC-SHA-256 cut to eight bytes, the last of the message. */
function checkMac0(suite: Suite, { intermediates, output }: Example): void {
  const mac = suite.hmacSha256(new Secret(fromHex(intermediates.CEK_hex!)), fromHex(intermediates.ToMac_hex!));
  assert.deepEqual(mac.slice(0, 8), fromHex(output.cbor).slice(-8));
}

/** RFC 8392 A.5 and A.6: the very CCM of LK1; ciphertext and tag are the end of the message. */
function checkEncrypt0(suite: Suite, { input, intermediates, output }: Example): void {
  const key = new Secret(fromHex(intermediates.CEK_hex!));
  const nonce = fromHex(input.rng_stream![0]!);
  const aad = fromHex(intermediates.AAD_hex!);
  const text = fromHex(input.plaintext_hex!);
  const sealed = suite.ccmSeal(key, nonce, aad, text);
  assert.deepEqual(sealed, fromHex(output.cbor).slice(-sealed.length));
  assert.deepEqual(suite.ccmOpen(key, nonce, aad, sealed), text);
}

interface Sign1 {
  /** The protected header as it stands in the Sig_structure: empty if it says nothing. */
  readonly signedHeader: Uint8Array;
  readonly isEs256: boolean;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** COSE_Sign1 (RFC 9052 §4.2), wider than LK1: untagged too, any header; undefined if it is none. */
function parseSign1(bytes: Uint8Array): Sign1 | undefined {
  const item = decodeOrNothing(bytes);
  const parts = item instanceof Tag ? (item.value as Cbor) : item;
  if (!Array.isArray(parts) || parts.length !== 4) return undefined;
  const [protectedHeader, unprotected, payload, signature] = parts;
  if (!(protectedHeader instanceof Uint8Array && unprotected instanceof Map)) return undefined;
  if (!(payload instanceof Uint8Array && signature instanceof Uint8Array)) return undefined;
  const headers = protectedHeader.length === 0 ? new Map() : decodeOrNothing(protectedHeader);
  if (!(headers instanceof Map)) return undefined;
  return {
    signedHeader: headers.size === 0 ? new Uint8Array() : protectedHeader,
    isEs256: (headers.get(LABEL_ALG) ?? unprotected.get(LABEL_ALG)) === ES256,
    payload,
    signature,
  };
}

function decodeOrNothing(bytes: Uint8Array): Cbor | undefined {
  try {
    return decodeCbor(bytes);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** 32 bytes, written in hexadecimal or as in a JWK. */
function coordinate(hex: string | undefined, base64url: string | undefined): Uint8Array {
  return hex === undefined ? Uint8Array.from(Buffer.from(base64url!, "base64url")) : fromHex(hex);
}
