import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import type { GrantClaims } from "../../protocol/documents/grant.ts";
import { pinVerifier } from "../../protocol/documents/pin.ts";
import type { Random } from "../../protocol/random.ts";
import { equalBytes, Reader } from "../../protocol/wire/bytes.ts";

/** What an issuer draws (protocol.md §7: six digits or more). */
const DRAWN_DIGITS = 6;
const DRAWN_PINS = 10 ** DRAWN_DIGITS;
/** Above the last whole multiple the smaller PINs would be drawn more often than the others. */
const DRAW_BELOW = Math.floor(2 ** 32 / DRAWN_PINS) * DRAWN_PINS;

/** Six digits, each PIN as likely as any other, that none of these grants has. */
export function drawPin(random: Random, isTaken: (digits: string) => boolean): string {
  for (;;) {
    const number = new Reader(random.bytes(4)).uint32();
    const digits = String(number % DRAWN_PINS).padStart(DRAWN_DIGITS, "0");
    if (number < DRAW_BELOW && !isTaken(digits)) return digits;
  }
}

/** Whether these digits are the PIN of the grant. */
export function isPinOf(suite: Suite, pinPepper: Secret, grant: GrantClaims, digits: string): boolean {
  const verifier = pinVerifier(suite, pinPepper, grant.id, digits);
  return grant.credentials.some((credential) => credential.kind === "pin" && equalBytes(credential.verifier, verifier));
}
