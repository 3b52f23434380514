import type { CredentialKind } from "../../../protocol/documents/grant.ts";
import { Action } from "../../../protocol/documents/order.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { checkLock } from "../check-lock.ts";
import { decideHere } from "../decide-here.ts";
import type { Parts } from "../parts.ts";
import { readTableGrant } from "../table-grant.ts";

/** What the door says to whoever showed something, and by which grant. */
export interface DoorDecision {
  readonly reason: Reason;
  readonly grantId: Uint8Array;
}

/** Reasons that a grant of the table can get at the door, in the order of protocol.md §8. */
const ORDER: readonly Reason[] = [
  Reason.unknownKey,
  Reason.unknownGrant,
  Reason.wrongLock,
  Reason.rightMissing,
  Reason.timeUncertain,
  Reason.notYetValid,
  Reason.expired,
  Reason.outsideHours,
  Reason.rosterStale,
  Reason.usesSpent,
  Reason.proofMissing,
  Reason.secondFactorMissing,
  Reason.privacy,
  Reason.tableFull,
  Reason.batteryTooLow,
  Reason.busy,
];

/**
 * May one of these grants of the table, at least one, draw the bolt? The first in order of id that may; otherwise the one
 * that came furthest says why not: an expired grant for the same tag does not hide that only a PIN is missing.
 */
export function decideAtDoor(
  parts: Parts,
  grantIds: readonly Uint8Array[],
  kindsShownFor: (grantId: Uint8Array) => ReadonlySet<CredentialKind>,
): DoorDecision {
  let furthest: DoorDecision | undefined;
  for (const grantId of grantIds) {
    const reason = decideOne(parts, grantId, kindsShownFor(grantId));
    if (reason === Reason.done) return { reason, grantId };
    if (!furthest || ORDER.indexOf(reason) > ORDER.indexOf(furthest.reason)) furthest = { reason, grantId };
  }
  return furthest!;
}

function decideOne(parts: Parts, grantId: Uint8Array, kindsShown: ReadonlySet<CredentialKind>): Reason {
  const document = parts.table.active?.find(grantId);
  // Its flash cells have rotted since it was indexed.
  if (!document) return Reason.unknownGrant;
  const grant = readTableGrant(parts, document);
  if (!grant.ok) return grant.reason;
  const action = Action.unlock;
  const reason = decideHere(parts, { grant: grant.value, action, kindsShown });
  return reason === Reason.done ? checkLock(parts, action) : reason;
}
