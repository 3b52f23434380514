import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { ProtocolError } from "../protocol-error.ts";
import type { Random } from "../random.ts";

// What PAIR, OPEN, RESUME and PASS have in common.

/** A fresh P-256 private key for one handshake. */
export function drawEphemeral(suite: Suite, random: Random): Secret {
  return suite.p256PrivateKey((length) => random.bytes(length));
}

/** Extract(salt, DH); the ephemeral key has served and is wiped. Throws ProtocolError("bad-point"). */
export function agree(suite: Suite, salt: Secret | Uint8Array, ephemeral: Secret, peerPoint: Uint8Array): Secret {
  const dh = suite.p256Dh(ephemeral, peerPoint);
  ephemeral.wipe();
  if (!dh) throw new ProtocolError("bad-point");
  const prk = suite.hkdfExtract(salt, dh);
  dh.wipe();
  return prk;
}

/** Opens a sealed text. Throws ProtocolError("wrong-tag"). */
export function unseal(suite: Suite, key: Secret, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  const text = suite.ccmOpen(key, nonce, aad, sealed);
  if (!text) throw new ProtocolError("wrong-tag");
  return text;
}
