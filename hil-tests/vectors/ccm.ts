import assert from "node:assert/strict";
import { Secret } from "../../crypto/secret.ts";
import { AES_KEY_BYTES, CCM_NONCE_BYTES, CCM_TAG_BYTES } from "../../crypto/suite.ts";
import type { Implementation } from "./vector.ts";

export interface CcmPacket {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
  /** Ciphertext then tag. */
  readonly sealed: Uint8Array;
  readonly tagBytes: number;
}

export function checkSealsAndOpens(
  { suite, ccm }: Implementation,
  { key, nonce, aad, sealed, tagBytes }: CcmPacket,
  text: Uint8Array,
): void {
  assert.deepEqual(ccm.ccmSeal(key, nonce, aad, text, tagBytes), sealed);
  assert.deepEqual(ccm.ccmOpen(key, nonce, aad, sealed, tagBytes), text);
  if (!isOfSuite(key, nonce, tagBytes)) return;
  assert.deepEqual(suite.ccmSeal(new Secret(key), nonce, aad, text), sealed);
  assert.deepEqual(suite.ccmOpen(new Secret(key), nonce, aad, sealed), text);
}

export function checkDoesNotOpen(
  { suite, ccm }: Implementation,
  { key, nonce, aad, sealed, tagBytes }: CcmPacket,
): void {
  assert.equal(ccm.ccmOpen(key, nonce, aad, sealed, tagBytes), undefined);
  if (!isOfSuite(key, nonce, tagBytes)) return;
  assert.equal(suite.ccmOpen(new Secret(key), nonce, aad, sealed), undefined);
}

/** Lengths that CCM does not have are never worked with. */
export function checkLengthsRefused({ ccm }: Implementation, { key, nonce, aad, sealed, tagBytes }: CcmPacket): void {
  assert.throws(() => ccm.ccmOpen(key, nonce, aad, sealed, tagBytes));
  assert.throws(() => ccm.ccmSeal(key, nonce, aad, new Uint8Array(), tagBytes));
}

function isOfSuite(key: Uint8Array, nonce: Uint8Array, tagBytes: number): boolean {
  return key.length === AES_KEY_BYTES && nonce.length === CCM_NONCE_BYTES && tagBytes === CCM_TAG_BYTES;
}
