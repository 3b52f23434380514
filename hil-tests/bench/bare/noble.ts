import { cbc, ctr } from "@noble/ciphers/aes.js";
import { concatBytes } from "@noble/ciphers/utils.js";
import { p256 } from "@noble/curves/nist.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { CCM_TAG_BYTES, type CryptoContender, type CryptoInput, HKDF_OUTPUT_BYTES } from "./crypto-contest.ts";

const BLOCK_BYTES = 16;

/** @noble called directly. */
export function bareNoble(input: CryptoInput): CryptoContender {
  const zeros = new Uint8Array(BLOCK_BYTES);
  // B_0, one block of additional data and the text; and the counter's blocks for the tag and the text (RFC 3610 §2).
  const authenticated = concatBytes(zeros, zeros, input.text);
  const encrypted = concatBytes(zeros, input.text);
  return {
    ccmSeal: () => {
      const mac = cbc(input.key, zeros, { disablePadding: true }).encrypt(authenticated).subarray(-BLOCK_BYTES);
      const text = ctr(input.key, zeros).encrypt(encrypted);
      return concatBytes(text.subarray(BLOCK_BYTES), mac.subarray(0, CCM_TAG_BYTES));
    },
    hkdf: () => hkdf(sha256, input.inputKey, input.salt, input.info, HKDF_OUTPUT_BYTES),
    ecdh: () => p256.getSharedSecret(input.privateKey, input.publicKey),
    sign: () => p256.sign(input.message, input.privateKey, { lowS: false }),
    verify: () => p256.verify(input.signature, input.message, input.publicKey, { lowS: false }),
  };
}
