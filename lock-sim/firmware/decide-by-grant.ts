import { type CarriedReason, checkCarried } from "../../protocol/access/carried.ts";
import { decide, type GrantedAction } from "../../protocol/access/decide.ts";
import { type Grant, type GrantClaims, parseGrant, verifyGrant } from "../../protocol/documents/grant.ts";
import { type Order, verifyOrder } from "../../protocol/documents/order.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { type Checked, Reason } from "../../protocol/wire/reason.ts";
import type { Presented } from "./commands/spend-challenge.ts";
import type { Parts } from "./parts.ts";

/** What the bearer named: an id, with the whole grant if it carries one. */
export interface ShownGrant {
  readonly id: Uint8Array;
  readonly carried?: Grant;
}

export interface Decision {
  readonly reason: Reason;
  /** Whether the grant is one of the issuer's, whatever became of the order. */
  readonly isGrantGood: boolean;
}

/** A grant of the issuer's, and what the roster says of one that is carried. */
interface FoundGrant {
  readonly claims: GrantClaims;
  readonly carried: CarriedReason | undefined;
}

/** The key alone: tags and PINs are shown at the door. */
const KEY_SHOWN: ReadonlySet<3> = new Set([3]);

/** The decision on an order by a bearer (protocol.md §8): 8, then 5 and 4 of the documents, then `decide`, then 21. */
export function decideByGrant(
  parts: Parts,
  shown: ShownGrant,
  order: Order,
  action: GrantedAction,
  presented: Presented,
): Decision {
  const found = findGrant(parts, shown);
  if (!found.ok) return { reason: found.reason, isGrantGood: false };
  return { reason: decideOrder(parts, found.value, order, action, presented), isGrantGood: true };
}

function decideOrder(
  parts: Parts,
  found: FoundGrant,
  order: Order,
  action: GrantedAction,
  { challenge, challengeAgeSeconds }: Presented,
): Reason {
  const { suite, identity, roster, clock, uses } = parts;
  const { claims: grant, carried } = found;
  if (!grant.bearerKey) return Reason.unknownKey;
  const verified = verifyOrder(suite, order.document, grant.bearerKey);
  if (!verified.ok) return verified.reason;
  const reason = decide({
    lockId: identity.label.lockId,
    grant,
    ...(carried !== undefined && { carried }),
    order: { claims: verified.value, challenge, challengeAgeSeconds },
    action,
    settings: roster.settings,
    staleAfter: roster.claims?.staleAfter ?? 0,
    now: clock.now(),
    timeUncertain: clock.isUncertain(),
    used: grant.uses === undefined ? 0 : uses.used(grant),
    kindsShown: KEY_SHOWN,
    privacy: false,
  });
  if (reason !== Reason.done) return reason;
  return uses.reserve(grant) ? Reason.done : Reason.tableFull;
}

function findGrant({ table, roster, trust, suite }: Parts, { id, carried }: ShownGrant): Checked<FoundGrant> {
  const inTable = table.active?.find(id);
  const isInTable = inTable && (!carried || equalBytes(inTable, carried.document));
  if (isInTable) return readGrant(parseGrant(suite, inTable));
  if (!carried || !roster.claims || !trust.issuerPk) return { ok: false, reason: Reason.unknownGrant };
  const verified = verifyGrant(suite, carried.document, trust.issuerPk);
  if (!verified.ok) return verified;
  return { ok: true, value: { claims: verified.value, carried: checkCarried(carried, roster.claims, inTable) } };
}

function readGrant(grant: Checked<Grant>): Checked<FoundGrant> {
  if (!grant.ok) throw new Error("a grant in the table was good when it was put there");
  return { ok: true, value: { claims: grant.value.claims, carried: undefined } };
}
