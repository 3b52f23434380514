import { createCipheriv, createDecipheriv } from "node:crypto";

const BLOCK_BYTES = 16;

/**
 * AES-128-CCM (RFC 3610) by OpenSSL → ciphertext then tag.
 *
 * `nonce` 7–13 bytes, `tagBytes` 4, 6, … 16; OpenSSL throws for other lengths and for a text too long for the nonce.
 */
export function ccmSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  text: Uint8Array,
  tagBytes: number,
): Uint8Array {
  const cipher = createCipheriv("aes-128-ccm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(aad, { plaintextLength: text.length });
  const sealed = new Uint8Array(text.length + tagBytes);
  // The one update() is needed for an empty text too: without it OpenSSL never computes the tag.
  sealed.set(cipher.update(text));
  cipher.final();
  sealed.set(cipher.getAuthTag(), text.length);
  return sealed;
}

/** The text, or undefined if the tag does not verify or `sealed` is shorter than a tag. Lengths as for `ccmSeal`. */
export function ccmOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
  tagBytes: number,
): Uint8Array | undefined {
  const textBytes = sealed.length - tagBytes;
  const decipher = createDecipheriv("aes-128-ccm", key, nonce, { authTagLength: tagBytes });
  if (textBytes < 0) return undefined;
  decipher.setAuthTag(sealed.subarray(textBytes));
  decipher.setAAD(aad, { plaintextLength: textBytes });
  const text = new Uint8Array(decipher.update(sealed.subarray(0, textBytes)));
  try {
    // A tag that does not verify shows here and nowhere else.
    decipher.final();
    return text;
  } catch {
    return undefined;
  }
}

/** AES-128-CBC without padding (NIST SP 800-38A §6.2): whole blocks, and as many come out. */
export function cbcEncrypt(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  return new Uint8Array(createCipheriv("aes-128-cbc", key, iv).setAutoPadding(false).update(blocks));
}

/** The way back. */
export function cbcDecrypt(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  return new Uint8Array(createDecipheriv("aes-128-cbc", key, iv).setAutoPadding(false).update(blocks));
}

/** AES-128-CMAC (RFC 4493 §2.4) on OpenSSL's CBC: node:crypto has no CMAC. */
export function aesCmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(message.length / BLOCK_BYTES));
  const isWhole = message.length === blocks * BLOCK_BYTES;
  const padded = new Uint8Array(blocks * BLOCK_BYTES);
  padded.set(message);
  if (!isWhole) padded[message.length] = 0x80;

  const k1 = doubled(lastCbcBlock(key, new Uint8Array(BLOCK_BYTES)));
  const subkey = isWhole ? k1 : doubled(k1);
  const last = padded.subarray(-BLOCK_BYTES);
  for (const [i, byte] of subkey.entries()) last[i]! ^= byte;
  return lastCbcBlock(key, padded);
}

function lastCbcBlock(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  return cbcEncrypt(key, new Uint8Array(BLOCK_BYTES), blocks).slice(-BLOCK_BYTES);
}

/** Twice the block as an element of GF(2^128), which makes CMAC's subkeys (RFC 4493 §2.3). No branch on key bits. */
function doubled(block: Uint8Array): Uint8Array {
  const result = block.map((byte, i) => (byte << 1) | ((block[i + 1] ?? 0) >> 7));
  result[BLOCK_BYTES - 1]! ^= 0x87 * (block[0]! >> 7);
  return result;
}
