import { createECDH, createPrivateKey, createPublicKey, ECDH, type KeyObject, sign, verify } from "node:crypto";
import { plainBytes } from "./plain-bytes.ts";
import { Secret } from "./secret.ts";
import { POINT_BYTES, SCALAR_BYTES, SIGNATURE_BYTES } from "./suite.ts";

const CURVE = "prime256v1";

/** n, the order of P-256's base point (SEC 2 §2.4.2). */
const ORDER = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");

/** SubjectPublicKeyInfo (RFC 5480) up to the compressed point. */
const SPKI_PREFIX = Buffer.from("3039301306072a8648ce3d020106082a8648ce3d030107032200", "hex");

/** ECPrivateKey (RFC 5915) up to the scalar, and what follows it: the curve's name, no public key. */
const SEC1_PREFIX = Buffer.from("30310201010420", "hex");
const SEC1_SUFFIX = Buffer.from("a00a06082a8648ce3d030107", "hex");

/** Room for the keys of a thousand locks, at about 2.5 KB each. */
const VERIFY_KEYS_MAX = 1024;

/**
 * Importing a key into OpenSSL takes longer than what is done with it (100 µs, against 20 for a signature and 47 for its
 * check on a desktop processor), so imported keys are kept: of public ones those used last; a signing key for as long
 * as the Secret that it came from is alive and no longer. Whoever signs more than once holds that Secret all the time
 * anyway. Keys for ECDH are never kept: most are ephemeral.
 */
const verifyKeys = new Map<string, KeyObject>();
const signKeys = new WeakMap<Secret, KeyObject>();

export function isScalar(bytes: Uint8Array): boolean {
  return bytes.length === SCALAR_BYTES && Buffer.compare(bytes, ORDER) < 0 && bytes.some((byte) => byte !== 0);
}

/** The compressed point of a private scalar. */
export function publicKeyOf(privateKey: Secret): Uint8Array {
  return plainBytes(ecdhOf(privateKey).getPublicKey(null, "compressed"));
}

/** The 32-byte x coordinate of d·Q, or undefined if Q is no compressed point on the curve. */
export function diffieHellman(privateKey: Secret, publicKey: Uint8Array): Secret | undefined {
  // createECDH does this in 100 µs from the bytes alone; crypto.diffieHellman takes 70, but after two imports of 100.
  const ecdh = ecdhOf(privateKey);
  if (publicKey.length !== POINT_BYTES) return undefined;
  try {
    return new Secret(plainBytes(ecdh.computeSecret(publicKey)));
  } catch {
    return undefined;
  }
}

/** The uncompressed form (65 bytes) of a compressed point, or undefined if it is none. */
export function decompress(point: Uint8Array): Uint8Array | undefined {
  return point.length === POINT_BYTES ? convert(point, "uncompressed") : undefined;
}

/** The compressed form (33 bytes) of an uncompressed point, or undefined if it is not on the curve. */
export function compress(point: Uint8Array): Uint8Array | undefined {
  return convert(point, "compressed");
}

/** r|s. OpenSSL hedges the nonce: it hashes fresh randomness together with the private key and the message. */
export function signMessage(privateKey: Secret, message: Uint8Array): Uint8Array {
  return plainBytes(sign("sha256", message, { key: signKey(privateKey), dsaEncoding: "ieee-p1363" }));
}

export function isSignature(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== POINT_BYTES) return false;
  const key = verifyKey(publicKey);
  return key !== undefined && verify("sha256", message, { key, dsaEncoding: "ieee-p1363" }, signature);
}

function convert(point: Uint8Array, form: "compressed" | "uncompressed"): Uint8Array | undefined {
  try {
    return plainBytes(ECDH.convertKey(point, CURVE, undefined, undefined, form) as Buffer);
  } catch {
    return undefined;
  }
}

function ecdhOf(privateKey: Secret): ECDH {
  assertScalar(privateKey);
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(privateKey.reveal());
  return ecdh;
}

function signKey(privateKey: Secret): KeyObject {
  // Also refuses a Secret that was wiped after its key had been kept.
  assertScalar(privateKey);
  const kept = signKeys.get(privateKey);
  if (kept) return kept;
  const der = Buffer.concat([SEC1_PREFIX, privateKey.reveal(), SEC1_SUFFIX]);
  const key = createPrivateKey({ key: der, format: "der", type: "sec1" });
  der.fill(0);
  signKeys.set(privateKey, key);
  return key;
}

function verifyKey(publicKey: Uint8Array): KeyObject | undefined {
  const id = Buffer.from(publicKey).toString("latin1");
  const key = verifyKeys.get(id) ?? importPublicKey(publicKey);
  if (!key) return undefined;
  // A Map keeps the order of insertion: set anew, the key used last stands last.
  verifyKeys.delete(id);
  verifyKeys.set(id, key);
  if (verifyKeys.size > VERIFY_KEYS_MAX) verifyKeys.delete(verifyKeys.keys().next().value!);
  return key;
}

function importPublicKey(publicKey: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

function assertScalar(privateKey: Secret): void {
  if (!isScalar(privateKey.reveal())) throw new RangeError("This is no private key of P-256");
}
