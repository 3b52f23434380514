import { Secret } from "../../../crypto/secret.ts";
import { SCALAR_BYTES } from "../../../crypto/suite.ts";
import type { Label } from "../../../protocol/documents/label.ts";
import { ascii, concat, equalBytes, Reader, uint32 } from "../../../protocol/wire/bytes.ts";
import type { Flash } from "../../hal.ts";
import { onesIn, RottenFlash } from "./bit-rot.ts";
import { crc32 } from "./crc32.ts";
import { programChecked } from "./flash-io.ts";
import { FLASH_MAP } from "./flash-map.ts";

/** Goes into the check, so that erased flash is no identity. */
const DOMAIN = ascii("LK1 identity");
const LOCK_ID_BYTES = 8;
const LABEL_SECRET_BYTES = 16;
const BODY_BYTES = LOCK_ID_BYTES + LABEL_SECRET_BYTES + 2 * SCALAR_BYTES;
const CRC_BYTES = 4;
/** Stands behind the identity once all of that was read back. */
const SEAL = ascii("SEAL");
const SEAL_OFFSET = BODY_BYTES + CRC_BYTES;

/** What the factory gives a lock and nothing takes away: its label, the key that signs and the key that secrets are sealed to. */
export interface Identity {
  readonly label: Label;
  readonly sigKey: Secret;
  readonly boxKey: Secret;
}

/** Writes the identity, at the factory, once: `lockId 8 | S 16 | sigKey 32 | boxKey 32 | crc 4 | seal 4`. */
export function writeIdentity(flash: Flash, { label, sigKey, boxKey }: Identity): void {
  const { offset } = FLASH_MAP.identity;
  const body = concat(label.lockId, label.secret.reveal(), sigKey.reveal(), boxKey.reveal());
  flash.eraseBlock(offset);
  programChecked(flash, offset, concat(body, uint32(crc32(DOMAIN, body))));
  programChecked(flash, offset + SEAL_OFFSET, SEAL);
}

/**
 * The identity, or undefined in a lock that never left the factory whole. Throws RottenFlash if it has left it and a bit is not
 * what it was: a lock that is no longer sure of its keys is none.
 */
export function readIdentity(flash: Flash): Identity | undefined {
  const { offset } = FLASH_MAP.identity;
  const seal = flash.read(offset + SEAL_OFFSET, SEAL.length);
  // One bit of the seal may have rotted as well.
  if (onesIn(seal.map((byte, i) => byte ^ SEAL[i]!)) > 1) return undefined;
  const body = flash.read(offset, BODY_BYTES);
  const crc = flash.read(offset + BODY_BYTES, CRC_BYTES);
  if (!equalBytes(crc, uint32(crc32(DOMAIN, body))))
    throw new RottenFlash("the identity in this lock's flash has rotted");
  const reader = new Reader(body);
  return {
    label: { lockId: reader.bytes(LOCK_ID_BYTES), secret: new Secret(reader.bytes(LABEL_SECRET_BYTES)) },
    sigKey: new Secret(reader.bytes(SCALAR_BYTES)),
    boxKey: new Secret(reader.bytes(SCALAR_BYTES)),
  };
}
