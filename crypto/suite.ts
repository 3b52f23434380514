import type { Secret } from "./secret.ts";

/** Lengths in bytes of what LK1's one suite works on. */
export const AES_KEY_BYTES = 16;
export const AES_BLOCK_BYTES = 16;
export const CCM_NONCE_BYTES = 13;
export const CCM_TAG_BYTES = 8;
export const HASH_BYTES = 32;
export const SCALAR_BYTES = 32;
export const POINT_BYTES = 33;
export const SIGNATURE_BYTES = 64;

/** CCM with L = 2 counts its text in two bytes (RFC 3610 §2). */
export const CCM_TEXT_BYTES_MAX = 0xffff;

/**
 * The primitives, one interface over two implementations (`openssl.ts`, `noble.ts`).
 *
 * Pure: randomness is an argument. A wrong length of a key, nonce, point or signature given by *us* is an assertion
 * (RangeError); anything a *peer* can get wrong comes back as `undefined` or `false`, without saying why.
 */
export interface Suite {
  readonly name: "openssl" | "noble";

  /** SHA-256 over the concatenation of the parts (FIPS 180-4) → 32 bytes. */
  sha256(...parts: Uint8Array[]): Uint8Array;

  /** HMAC-SHA-256 over the concatenation of the parts (RFC 2104) → 32 bytes. */
  hmacSha256(key: Secret, ...parts: Uint8Array[]): Uint8Array;

  /** HKDF-Extract (RFC 5869 §2.2) → 32 bytes. `salt` is a Secret where it is one (LK1 uses S and PMK as salts). */
  hkdfExtract(salt: Secret | Uint8Array, inputKey: Secret): Secret;

  /** HKDF-Expand (RFC 5869 §2.3) → `length` bytes, at most 255 × 32. */
  hkdfExpand(pseudoRandomKey: Secret, info: Uint8Array, length: number): Secret;

  /** AES-128-CCM, nonce 13, tag 8 (RFC 3610) → ciphertext then tag. Text at most CCM_TEXT_BYTES_MAX. */
  ccmSeal(key: Secret, nonce: Uint8Array, aad: Uint8Array, text: Uint8Array): Uint8Array;

  /** The text, or undefined if `sealed` is too short or too long or its tag does not verify. */
  ccmOpen(key: Secret, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;

  /** AES-128-CMAC (RFC 4493) → 16 bytes. */
  aesCmac(key: Secret, message: Uint8Array): Uint8Array;

  /**
   * AES-128-CBC without padding (NIST SP 800-38A §6.2): whole blocks in, as many out, `iv` one block.
   *
   * Authenticates nothing. It is there for the tags at the door, whose EV2 authentication is made of it; whoever takes
   * a peer's blocks checks their length first.
   */
  aesCbcEncrypt(key: Secret, iv: Uint8Array, blocks: Uint8Array): Uint8Array;

  /** What `aesCbcEncrypt` took; any blocks decrypt to something. */
  aesCbcDecrypt(key: Secret, iv: Uint8Array, blocks: Uint8Array): Uint8Array;

  /** A P-256 private scalar (32 bytes, 1 ≤ d < n) drawn from `randomBytes`, by rejection. */
  p256PrivateKey(randomBytes: (length: number) => Uint8Array): Secret;

  /** Whether 32 bytes are a scalar 1 ≤ d < n. */
  isP256PrivateKey(bytes: Uint8Array): boolean;

  /** The compressed point (SEC1, 33 bytes) of a private scalar. */
  p256PublicKey(privateKey: Secret): Uint8Array;

  /** Whether the bytes are a compressed point on the curve (33 bytes, 02 or 03). */
  isP256PublicKey(point: Uint8Array): boolean;

  /** The 32-byte x coordinate of d·Q, or undefined if `publicKey` is not a compressed point on the curve. */
  p256Dh(privateKey: Secret, publicKey: Uint8Array): Secret | undefined;

  /** x (32) and y (32) of a compressed point, or undefined if it is none. For COSE_Key (RFC 9053 §7.1.1). */
  p256Coordinates(publicKey: Uint8Array): { x: Uint8Array; y: Uint8Array } | undefined;

  /** The compressed point of affine coordinates, or undefined if they are not on the curve. */
  p256FromCoordinates(x: Uint8Array, y: Uint8Array): Uint8Array | undefined;

  /** ECDSA on P-256 with SHA-256 over the concatenated parts → r|s, 64 bytes (RFC 9053 §2.1), nonce by RFC 6979 or hedged. */
  es256Sign(privateKey: Secret, ...parts: Uint8Array[]): Uint8Array;

  /** False for any signature or point that is not good; never throws on a peer's bytes. */
  es256Verify(publicKey: Uint8Array, signature: Uint8Array, ...parts: Uint8Array[]): boolean;

  /** Equality in time that depends on the lengths alone. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}
