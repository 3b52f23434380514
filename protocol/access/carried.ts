import type { Grant } from "../documents/grant.ts";
import type { RosterClaims } from "../documents/roster.ts";
import { equalBytes } from "../wire/bytes.ts";
import { Reason } from "../wire/reason.ts";

/** No objection, 8 or 9. */
export type CarriedReason = typeof Reason.done | typeof Reason.unknownGrant | typeof Reason.revoked;

/**
 * What the roster says of a grant that its bearer shows (protocol.md §7): 8 before the first roster of a generation,
 * 9 if it has been taken back, otherwise 0. `inTable` is the table's document under the same id, if there is one.
 */
export function checkCarried(
  grant: Grant,
  roster: RosterClaims | undefined,
  inTable: Uint8Array | undefined,
): CarriedReason {
  if (!roster) return Reason.unknownGrant;
  if (grant.claims.issuedAt < roster.carriedFrom) return Reason.revoked;
  if (roster.denied.some((id) => equalBytes(id, grant.claims.id))) return Reason.revoked;
  if (inTable && !equalBytes(inTable, grant.document)) return Reason.revoked;
  return Reason.done;
}
