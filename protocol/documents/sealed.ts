import { Secret } from "../../crypto/secret.ts";
import {
  AES_KEY_BYTES,
  CCM_NONCE_BYTES,
  CCM_TAG_BYTES,
  HASH_BYTES,
  POINT_BYTES,
  type Suite,
} from "../../crypto/suite.ts";
import type { Random } from "../random.ts";
import { ascii, concat } from "../wire/bytes.ts";
import { type Checked, Reason } from "../wire/reason.ts";

/** E 33 | ciphertext 32 | tag 8. */
export const SEALED_BYTES = POINT_BYTES + 2 * AES_KEY_BYTES + CCM_TAG_BYTES;
const NONCE = new Uint8Array(CCM_NONCE_BYTES);

/** What a site's locks need to check tags and PINs; no gateway ever sees them (protocol.md §7). */
export interface SiteSecrets {
  /** AES-128 key, 16 bytes. */
  readonly tagMasterKey: Secret;
  /** 16 bytes. */
  readonly pinPepper: Secret;
}

/** Seals for the one lock with this id and box key: setting 8 of its roster. Throws RangeError on a bad `boxPk`. */
export function sealSiteSecrets(
  suite: Suite,
  random: Random,
  lock: { readonly lockId: Uint8Array; readonly boxPk: Uint8Array },
  secrets: SiteSecrets,
): Uint8Array {
  const ephemeral = suite.p256PrivateKey((length) => random.bytes(length));
  const ephemeralPk = suite.p256PublicKey(ephemeral);
  const shared = suite.p256Dh(ephemeral, lock.boxPk);
  ephemeral.wipe();
  if (!shared) throw new RangeError("the lock's box key is no point on P-256");
  const context = contextOf(lock.lockId, lock.boxPk);
  const key = sealingKey(suite, shared, context, ephemeralPk);
  const text = new Secret(concat(secrets.tagMasterKey.reveal(), secrets.pinPepper.reveal()));
  const sealed = suite.ccmSeal(key, NONCE, context, text.reveal());
  text.wipe();
  key.wipe();
  return concat(ephemeralPk, sealed);
}

/** In the lock. Secrets that do not open: 5 (protocol.md §8). */
export function openSiteSecrets(
  suite: Suite,
  lock: { readonly lockId: Uint8Array; readonly boxKey: Secret },
  sealed: Uint8Array,
): Checked<SiteSecrets> {
  const ephemeralPk = sealed.subarray(0, POINT_BYTES);
  const shared = sealed.length === SEALED_BYTES && suite.p256Dh(lock.boxKey, ephemeralPk);
  if (!shared) return { ok: false, reason: Reason.unknownKey };
  const context = contextOf(lock.lockId, suite.p256PublicKey(lock.boxKey));
  const key = sealingKey(suite, shared, context, ephemeralPk);
  const opened = suite.ccmOpen(key, NONCE, context, sealed.subarray(POINT_BYTES));
  key.wipe();
  if (!opened) return { ok: false, reason: Reason.unknownKey };
  const text = new Secret(opened);
  const value = {
    tagMasterKey: text.part(0, AES_KEY_BYTES),
    pinPepper: text.part(AES_KEY_BYTES, 2 * AES_KEY_BYTES),
  };
  text.wipe();
  return { ok: true, value };
}

/** The aad, and the beginning of the key's info. */
function contextOf(lockId: Uint8Array, boxPk: Uint8Array): Uint8Array {
  return concat(ascii("LK1 seal"), lockId, boxPk);
}

/** Wipes the shared secret it is made from. */
function sealingKey(suite: Suite, shared: Secret, context: Uint8Array, ephemeralPk: Uint8Array): Secret {
  const pseudoRandomKey = suite.hkdfExtract(new Uint8Array(HASH_BYTES), shared);
  const key = suite.hkdfExpand(pseudoRandomKey, concat(context, ephemeralPk), AES_KEY_BYTES);
  shared.wipe();
  pseudoRandomKey.wipe();
  return key;
}
