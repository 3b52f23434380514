import { keyId } from "../../protocol/documents/cose-sign1.ts";
import { type GrantClaims, parseGrant } from "../../protocol/documents/grant.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { type Checked, Reason } from "../../protocol/wire/reason.ts";
import type { Parts } from "./parts.ts";

/**
 * The claims of a grant of the table. The roster's digest vouches for its bytes, so no signature is looked at; but a grant of
 * the issuer before a key change gets 5, in the table too (protocol.md §7).
 */
export function readTableGrant({ suite, trust }: Parts, document: Uint8Array): Checked<GrantClaims> {
  const grant = parseGrant(suite, document);
  if (!grant.ok) throw new Error("a grant in the table was good when it was put there");
  const { kid, claims } = grant.value;
  const isAnchors = trust.issuerPk !== undefined && equalBytes(kid, keyId(suite, trust.issuerPk));
  return isAnchors ? { ok: true, value: claims } : { ok: false, reason: Reason.unknownKey };
}
