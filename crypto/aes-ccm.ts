import { cbc, ctr } from "@noble/ciphers/aes.js";
import { concatBytes, equalBytes } from "@noble/ciphers/utils.js";

const BLOCK_BYTES = 16;
/** From this length on, the length of the AAD takes six bytes instead of two (RFC 3610 §2.2). */
const LONG_AAD_BYTES = 0xff00;

/**
 * AES-CCM (RFC 3610) on the CBC and CTR of @noble/ciphers → ciphertext then tag.
 *
 * `key` 16, 24 or 32 bytes, `nonce` 7–13 bytes (L is what it leaves of 15), `tagBytes` 4, 6, … 16. Throws RangeError
 * for other lengths and for a text too long for L.
 */
export function ccmSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  text: Uint8Array,
  tagBytes: number,
): Uint8Array {
  assertLengths(nonce, tagBytes);
  if (text.length > textBytesMax(nonce)) throw new RangeError(`${text.length} bytes are too long for this CCM nonce`);
  const encrypted = applyKeyStream(key, nonce, cbcMac(key, nonce, aad, text, tagBytes), text);
  return concatBytes(encrypted.text, encrypted.tag);
}

/** The text, or undefined if `sealed` is too short or too long or its tag does not verify. Lengths as for `ccmSeal`. */
export function ccmOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
  tagBytes: number,
): Uint8Array | undefined {
  assertLengths(nonce, tagBytes);
  const textBytes = sealed.length - tagBytes;
  if (textBytes < 0 || textBytes > textBytesMax(nonce)) return undefined;
  const { text, tag } = applyKeyStream(key, nonce, sealed.subarray(textBytes), sealed.subarray(0, textBytes));
  if (equalBytes(tag, cbcMac(key, nonce, aad, text, tagBytes))) return text;
  text.fill(0);
  return undefined;
}

function assertLengths(nonce: Uint8Array, tagBytes: number): void {
  if (nonce.length < 7 || nonce.length > 13) throw new RangeError(`A CCM nonce has 7–13 bytes, not ${nonce.length}`);
  if (tagBytes < 4 || tagBytes > 16 || tagBytes % 2 !== 0)
    throw new RangeError(`A CCM tag never has ${tagBytes} bytes`);
}

/** L: in how many bytes the length of the text and the block counter are written. */
function lengthBytes(nonce: Uint8Array): number {
  return BLOCK_BYTES - 1 - nonce.length;
}

function textBytesMax(nonce: Uint8Array): number {
  return 256 ** lengthBytes(nonce) - 1;
}

/** T of RFC 3610 §2.2: the CBC-MAC over B_0, the AAD and the text, cut to the tag's length. */
function cbcMac(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, text: Uint8Array, tagBytes: number): Uint8Array {
  const flags = (aad.length > 0 ? 64 : 0) + 8 * ((tagBytes - 2) / 2) + lengthBytes(nonce) - 1;
  const first = concatBytes(Uint8Array.of(flags), nonce, bigEndian(text.length, lengthBytes(nonce)));
  const blocks = concatBytes(first, padded(concatBytes(aadLength(aad), aad)), padded(text));
  const encrypted = cbc(key, new Uint8Array(BLOCK_BYTES), { disablePadding: true }).encrypt(blocks);
  blocks.fill(0);
  return encrypted.slice(-BLOCK_BYTES).subarray(0, tagBytes);
}

/** Encrypts or decrypts: block 0 of the key stream is the tag's, the blocks from 1 on are the text's (§2.3). */
function applyKeyStream(
  key: Uint8Array,
  nonce: Uint8Array,
  tag: Uint8Array,
  text: Uint8Array,
): { tag: Uint8Array; text: Uint8Array } {
  const counter = concatBytes(Uint8Array.of(lengthBytes(nonce) - 1), nonce, new Uint8Array(lengthBytes(nonce)));
  const result = ctr(key, counter).encrypt(concatBytes(padded(tag), text));
  return { tag: result.slice(0, tag.length), text: result.slice(BLOCK_BYTES) };
}

function aadLength(aad: Uint8Array): Uint8Array {
  if (aad.length === 0) return new Uint8Array();
  if (aad.length < LONG_AAD_BYTES) return bigEndian(aad.length, 2);
  return concatBytes(Uint8Array.of(0xff, 0xfe), bigEndian(aad.length, 4));
}

function bigEndian(value: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = length - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  return bytes;
}

/** The bytes with zeros up to a whole number of blocks. */
function padded(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES);
  result.set(bytes);
  return result;
}
