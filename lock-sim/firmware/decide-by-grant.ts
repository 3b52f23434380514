import { type CarriedReason, checkCarried } from "../../protocol/access/carried.ts";
import type { GrantedAction } from "../../protocol/access/decide.ts";
import { type Grant, type GrantClaims, verifyGrant } from "../../protocol/documents/grant.ts";
import { Action, type Order, verifyOrder } from "../../protocol/documents/order.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { type Checked, Reason } from "../../protocol/wire/reason.ts";
import type { Presented } from "./commands/spend-challenge.ts";
import { decideHere } from "./decide-here.ts";
import type { Parts } from "./parts.ts";
import { readTableGrant } from "./table-grant.ts";

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

const KEY = 3;

/** The decision on an order by a bearer (protocol.md §8): 8, then 5 and 4 of the documents, then `decideHere`. */
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
  const { claims: grant, carried } = found;
  if (!grant.bearerKey) return Reason.unknownKey;
  const verified = verifyOrder(parts.suite, order.document, grant.bearerKey);
  if (!verified.ok) return verified.reason;
  const reason = decideHere(parts, {
    grant,
    ...(carried !== undefined && { carried }),
    order: { claims: verified.value, challenge, challengeAgeSeconds },
    action,
    kindsShown: new Set([...parts.shown.kindsFor(grant.id), KEY]),
  });
  // A tag or a PIN that follows opens; whoever ordered something else must show them before.
  if (reason === Reason.secondFactorMissing && action === Action.unlock) parts.shown.show(KEY, [grant.id]);
  return reason;
}

function findGrant(parts: Parts, { id, carried }: ShownGrant): Checked<FoundGrant> {
  const { table, roster, trust, suite } = parts;
  const inTable = table.active?.find(id);
  const isInTable = inTable && (!carried || equalBytes(inTable, carried.document));
  if (isInTable) return asFound(readTableGrant(parts, inTable));
  if (!carried || !roster.claims || !trust.issuerPk) return { ok: false, reason: Reason.unknownGrant };
  const verified = verifyGrant(suite, carried.document, trust.issuerPk);
  if (!verified.ok) return verified;
  return { ok: true, value: { claims: verified.value, carried: checkCarried(carried, roster.claims, inTable) } };
}

function asFound(claims: Checked<GrantClaims>): Checked<FoundGrant> {
  return claims.ok ? { ok: true, value: { claims: claims.value, carried: undefined } } : claims;
}
