/** Inputs that all contenders of the row `crypto` share. Keys here are of no worth and stay plain bytes. */
export interface CryptoInput {
  /** AES-128 key and CCM nonce (13 bytes), additional data and text. */
  key: Uint8Array;
  nonce: Uint8Array;
  aad: Uint8Array;
  text: Uint8Array;
  /** Of HKDF. */
  salt: Uint8Array;
  inputKey: Uint8Array;
  info: Uint8Array;
  /** A P-256 scalar, its compressed point, and a signature by it over the message. */
  privateKey: Uint8Array;
  publicKey: Uint8Array;
  message: Uint8Array;
  signature: Uint8Array;
}

/** One contender: each function does the operation once. */
export interface CryptoContender {
  ccmSeal(): unknown;
  hkdf(): unknown;
  ecdh(): unknown;
  sign(): unknown;
  verify(): unknown;
}

export const CCM_TAG_BYTES = 8;
export const HKDF_OUTPUT_BYTES = 48;
