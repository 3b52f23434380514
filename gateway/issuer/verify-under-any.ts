import { type Checked, Reason } from "../../protocol/wire/reason.ts";

/** Under whichever of an issuer's keys, oldest first, has signed it; refused with 5 if none of them has. */
export function verifyUnderAny<T>(
  keys: readonly Uint8Array[],
  verify: (issuerPk: Uint8Array) => Checked<T>,
): Checked<T> {
  for (const key of keys.toReversed()) {
    const verified = verify(key);
    if (verified.ok || verified.reason !== Reason.unknownKey) return verified;
  }
  return { ok: false, reason: Reason.unknownKey };
}
