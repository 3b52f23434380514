import type { Secret } from "../../../crypto/secret.ts";
import type { Suite } from "../../../crypto/suite.ts";
import { isPin, pinVerifier } from "../../../protocol/documents/pin.ts";
import { PIN_GRANTS_MAX } from "../staged-pins.ts";
import type { PinGrant } from "./credential-index.ts";

/** Looks like a grant's, but no grant has this id. */
const DECOY: PinGrant = { id: new Uint8Array(8), verifiers: [new Uint8Array(8)] };
/** Stands for digits that are no PIN. */
const NO_PIN = "0000";

/**
 * Ids of the grants that this PIN belongs to.
 *
 * Always the work of PIN_GRANTS_MAX verifiers, each looked at to its end: how long it takes and what it costs says neither
 * whether the PIN is somebody's, nor whose, nor how many people have one. Next to the motor it costs nothing.
 */
export function grantsWithPin(
  suite: Suite,
  pinPepper: Secret,
  grants: readonly PinGrant[],
  digits: string,
): readonly Uint8Array[] {
  const matches: Uint8Array[] = [];
  for (let i = 0; i < PIN_GRANTS_MAX; i++) {
    const grant = grants[i] ?? DECOY;
    const verifier = pinVerifier(suite, pinPepper, grant.id, isPin(digits) ? digits : NO_PIN);
    const areEqual = grant.verifiers.map((expected) => suite.equal(verifier, expected));
    if (areEqual.includes(true) && grant !== DECOY) matches.push(grant.id);
  }
  return isPin(digits) ? matches : [];
}
