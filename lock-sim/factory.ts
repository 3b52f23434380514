import { Secret } from "../crypto/secret.ts";
import type { Suite } from "../crypto/suite.ts";
import type { Label } from "../protocol/documents/label.ts";
import type { Random } from "../protocol/random.ts";
import { equalBytes } from "../protocol/wire/bytes.ts";
import { readIdentity, writeIdentity } from "./firmware/storage/identity.ts";
import type { Flash } from "./hal.ts";

const LOCK_ID_BYTES = 8;
const LABEL_SECRET_BYTES = 16;

/** The flash belongs to a lock with another label. */
export class OtherLabel extends Error {
  override readonly name = "OtherLabel";
}

/**
 * Sees to it that the lock has left the factory: gives it keys, and the label given or one drawn, if its flash holds no identity
 * yet. Returns the label that is printed on it. Throws OtherLabel if it has one and it is not the one given.
 */
export function leaveFactory(flash: Flash, suite: Suite, random: Random, label?: Label): Label {
  const identity = readIdentity(flash);
  if (identity) {
    if (label && !isSame(suite, label, identity.label))
      throw new OtherLabel("this lock left the factory with another label");
    return identity.label;
  }
  const drawn = label ?? { lockId: random.bytes(LOCK_ID_BYTES), secret: new Secret(random.bytes(LABEL_SECRET_BYTES)) };
  const draw = (length: number) => random.bytes(length);
  writeIdentity(flash, { label: drawn, sigKey: suite.p256PrivateKey(draw), boxKey: suite.p256PrivateKey(draw) });
  return drawn;
}

function isSame(suite: Suite, a: Label, b: Label): boolean {
  return equalBytes(a.lockId, b.lockId) && suite.equal(a.secret.reveal(), b.secret.reveal());
}
