import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { ascii } from "../wire/bytes.ts";

const VERIFIER_BYTES = 8;

/** Whether a text is 4–12 ASCII digits. */
export function isPin(text: string): boolean {
  return /^[0-9]{4,12}$/.test(text);
}

/** What stands in a grant in place of its PIN, 8 bytes (protocol.md §7). Throws RangeError if the digits are no PIN. */
export function pinVerifier(suite: Suite, pinPepper: Secret, grantId: Uint8Array, digits: string): Uint8Array {
  if (!isPin(digits)) throw new RangeError("a PIN has 4 to 12 digits");
  return suite.hmacSha256(pinPepper, ascii("LK1 pin"), grantId, ascii(digits)).slice(0, VERIFIER_BYTES);
}
