import { createHmac, hash, timingSafeEqual } from "node:crypto";
import { assertCbcLengths, assertLength } from "./length.ts";
import { aesCmac, cbcDecrypt, cbcEncrypt, ccmOpen, ccmSeal } from "./openssl-aes.ts";
import {
  compress,
  decompress,
  diffieHellman,
  isScalar,
  isSignature,
  publicKeyOf,
  signMessage,
} from "./openssl-p256.ts";
import { drawScalar } from "./p256-scalar.ts";
import { plainBytes } from "./plain-bytes.ts";
import { Secret } from "./secret.ts";
import { AES_KEY_BYTES, CCM_NONCE_BYTES, CCM_TAG_BYTES, CCM_TEXT_BYTES_MAX, HASH_BYTES, type Suite } from "./suite.ts";

/**
 * The suite on node:crypto: what the gateway runs.
 *
 * ES256 takes OpenSSL's hedged nonces (`openssl-p256.ts`): the one place where the suite draws randomness of its own,
 * and the reason why two signatures over the same bytes differ.
 */
export const opensslSuite: Suite = {
  name: "openssl",

  sha256(...parts) {
    return plainBytes(hash("sha256", concat(parts), "buffer"));
  },

  hmacSha256(key, ...parts) {
    return hmac(key.reveal(), parts);
  },

  hkdfExtract(salt, inputKey) {
    return new Secret(hmac(salt instanceof Secret ? salt.reveal() : salt, [inputKey.reveal()]));
  },

  // node:crypto has Extract and Expand in one piece only.
  hkdfExpand(pseudoRandomKey, info, length) {
    if (length > 255 * HASH_BYTES) throw new RangeError(`HKDF can not give ${length} bytes`);
    assertLength("A pseudorandom key", pseudoRandomKey, HASH_BYTES);
    const output = new Uint8Array(length);
    let block: Uint8Array = new Uint8Array();
    for (let i = 0; i * HASH_BYTES < length; i++) {
      block = hmac(pseudoRandomKey.reveal(), [block, info, Uint8Array.of(i + 1)]);
      output.set(block.subarray(0, length - i * HASH_BYTES), i * HASH_BYTES);
    }
    block.fill(0);
    return new Secret(output);
  },

  ccmSeal(key, nonce, aad, text) {
    assertLength("An AES key", key, AES_KEY_BYTES);
    assertLength("A CCM nonce", nonce, CCM_NONCE_BYTES);
    if (text.length > CCM_TEXT_BYTES_MAX) throw new RangeError(`${text.length} bytes are too long for this CCM nonce`);
    return ccmSeal(key.reveal(), nonce, aad, text, CCM_TAG_BYTES);
  },

  ccmOpen(key, nonce, aad, sealed) {
    assertLength("An AES key", key, AES_KEY_BYTES);
    assertLength("A CCM nonce", nonce, CCM_NONCE_BYTES);
    if (sealed.length > CCM_TEXT_BYTES_MAX + CCM_TAG_BYTES) return undefined;
    return ccmOpen(key.reveal(), nonce, aad, sealed, CCM_TAG_BYTES);
  },

  aesCmac(key, message) {
    assertLength("An AES key", key, AES_KEY_BYTES);
    return aesCmac(key.reveal(), message);
  },

  aesCbcEncrypt(key, iv, blocks) {
    assertCbcLengths(key, iv, blocks);
    return cbcEncrypt(key.reveal(), iv, blocks);
  },

  aesCbcDecrypt(key, iv, blocks) {
    assertCbcLengths(key, iv, blocks);
    return cbcDecrypt(key.reveal(), iv, blocks);
  },

  p256PrivateKey(randomBytes) {
    return drawScalar(isScalar, randomBytes);
  },

  isP256PrivateKey(bytes) {
    return isScalar(bytes);
  },

  p256PublicKey(privateKey) {
    return publicKeyOf(privateKey);
  },

  isP256PublicKey(point) {
    return decompress(point) !== undefined;
  },

  p256Dh(privateKey, publicKey) {
    return diffieHellman(privateKey, publicKey);
  },

  p256Coordinates(publicKey) {
    const uncompressed = decompress(publicKey);
    return uncompressed && { x: uncompressed.slice(1, 33), y: uncompressed.slice(33) };
  },

  p256FromCoordinates(x, y) {
    if (x.length !== 32 || y.length !== 32) return undefined;
    return compress(concat([Uint8Array.of(0x04), x, y]));
  },

  es256Sign(privateKey, ...parts) {
    return signMessage(privateKey, concat(parts));
  },

  es256Verify(publicKey, signature, ...parts) {
    return isSignature(publicKey, signature, concat(parts));
  },

  equal(a, b) {
    return a.length === b.length && timingSafeEqual(a, b);
  },
};

function hmac(key: Uint8Array, parts: Uint8Array[]): Uint8Array {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return plainBytes(mac.digest());
}

function concat(parts: Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
