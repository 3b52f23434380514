import { cbc, cmac } from "@noble/ciphers/aes.js";
import { equalBytes } from "@noble/ciphers/utils.js";
import { p256 } from "@noble/curves/nist.js";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ccmOpen, ccmSeal } from "./aes-ccm.ts";
import { assertCbcLengths, assertLength } from "./length.ts";
import { drawScalar } from "./p256-scalar.ts";
import { Secret } from "./secret.ts";
import {
  AES_KEY_BYTES,
  CCM_NONCE_BYTES,
  CCM_TAG_BYTES,
  HASH_BYTES,
  POINT_BYTES,
  SIGNATURE_BYTES,
  type Suite,
} from "./suite.ts";

/**
 * The suite in JavaScript alone, on @noble/curves, @noble/ciphers and @noble/hashes: what the emulated firmware runs.
 *
 * Its AES reads tables, so its time may depend on the key: good enough for an emulator, and not what a gateway runs.
 * ES256 takes its nonces from RFC 6979: the same key and message give the same signature.
 */
export const nobleSuite: Suite = {
  name: "noble",

  sha256(...parts) {
    const hash = sha256.create();
    for (const part of parts) hash.update(part);
    return hash.digest();
  },

  hmacSha256(key, ...parts) {
    const mac = hmac.create(sha256, key.reveal());
    for (const part of parts) mac.update(part);
    return mac.digest();
  },

  hkdfExtract(salt, inputKey) {
    return new Secret(extract(sha256, inputKey.reveal(), salt instanceof Secret ? salt.reveal() : salt));
  },

  hkdfExpand(pseudoRandomKey, info, length) {
    if (length > 255 * HASH_BYTES) throw new RangeError(`HKDF can not give ${length} bytes`);
    assertLength("A pseudorandom key", pseudoRandomKey, HASH_BYTES);
    return new Secret(expand(sha256, pseudoRandomKey.reveal(), info, length));
  },

  ccmSeal(key, nonce, aad, text) {
    assertLength("An AES key", key, AES_KEY_BYTES);
    assertLength("A CCM nonce", nonce, CCM_NONCE_BYTES);
    return ccmSeal(key.reveal(), nonce, aad, text, CCM_TAG_BYTES);
  },

  ccmOpen(key, nonce, aad, sealed) {
    assertLength("An AES key", key, AES_KEY_BYTES);
    assertLength("A CCM nonce", nonce, CCM_NONCE_BYTES);
    return ccmOpen(key.reveal(), nonce, aad, sealed, CCM_TAG_BYTES);
  },

  aesCmac(key, message) {
    assertLength("An AES key", key, AES_KEY_BYTES);
    return cmac(message, key.reveal());
  },

  aesCbcEncrypt(key, iv, blocks) {
    assertCbcLengths(key, iv, blocks);
    return cbc(key.reveal(), iv, { disablePadding: true }).encrypt(blocks);
  },

  aesCbcDecrypt(key, iv, blocks) {
    assertCbcLengths(key, iv, blocks);
    return cbc(key.reveal(), iv, { disablePadding: true }).decrypt(blocks);
  },

  p256PrivateKey(randomBytes) {
    return drawScalar(p256.utils.isValidSecretKey, randomBytes);
  },

  isP256PrivateKey(bytes) {
    return p256.utils.isValidSecretKey(bytes);
  },

  p256PublicKey(privateKey) {
    return p256.getPublicKey(scalar(privateKey), true);
  },

  isP256PublicKey(point) {
    return decompress(point) !== undefined;
  },

  p256Dh(privateKey, publicKey) {
    const d = scalar(privateKey);
    if (!decompress(publicKey)) return undefined;
    return new Secret(p256.getSharedSecret(d, publicKey, true).slice(1));
  },

  p256Coordinates(publicKey) {
    const uncompressed = decompress(publicKey);
    return uncompressed && { x: uncompressed.slice(1, 33), y: uncompressed.slice(33) };
  },

  p256FromCoordinates(x, y) {
    if (x.length !== 32 || y.length !== 32) return undefined;
    const uncompressed = Uint8Array.of(0x04, ...x, ...y);
    if (!p256.utils.isValidPublicKey(uncompressed, false)) return undefined;
    return p256.Point.fromBytes(uncompressed).toBytes(true);
  },

  es256Sign(privateKey, ...parts) {
    return p256.sign(nobleSuite.sha256(...parts), scalar(privateKey), { prehash: false, lowS: false });
  },

  es256Verify(publicKey, signature, ...parts) {
    if (publicKey.length !== POINT_BYTES || signature.length !== SIGNATURE_BYTES) return false;
    return p256.verify(signature, nobleSuite.sha256(...parts), publicKey, { prehash: false, lowS: false });
  },

  equal(a, b) {
    return equalBytes(a, b);
  },
};

function scalar(privateKey: Secret): Uint8Array {
  const bytes = privateKey.reveal();
  if (!p256.utils.isValidSecretKey(bytes)) throw new RangeError("This is no private key of P-256");
  return bytes;
}

/** The uncompressed form (65 bytes) of a compressed point, or undefined if it is none. */
function decompress(point: Uint8Array): Uint8Array | undefined {
  if (point.length !== POINT_BYTES) return undefined;
  try {
    return p256.Point.fromBytes(point).toBytes(false);
  } catch {
    return undefined;
  }
}
