import { checkCarried } from "../../protocol/access/carried.ts";
import { type Answer, answerAt, type Foresight, type Rule } from "../../protocol/access/explain.ts";
import { type Changes, changesAfter } from "../../protocol/access/next-change.ts";
import type { CredentialKind, Grant } from "../../protocol/documents/grant.ts";
import { Action } from "../../protocol/documents/order.ts";
import type { Roster } from "../../protocol/documents/roster.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { type Asked, KEY, kindsOf, PIN, TAG, type Via } from "./asked.ts";

/** What decides before the decision proper: the key that signed, the key that an order needs, the secrets that a tag or PIN does. */
export type DecisionRule = Rule | "issuer" | "cnf" | "sealedSecrets";

/** A grant at a lock, and the roster by which it is judged. */
export interface Case {
  lockId: Uint8Array;
  roster: Roster;
  grant: Grant;
  /** What the table that goes with the roster has under the grant's id. */
  inTable: Uint8Array | undefined;
  /** How often the lock has let it be used. */
  used: number;
}

export interface Decision extends Omit<Answer, "rule"> {
  rule: DecisionRule;
  via: Via;
  /** What counts as shown. */
  kinds: ReadonlySet<CredentialKind>;
  used: number;
  changes: Changes;
}

/**
 * What the lock would say, by the very function that it runs, and when that changes, up to and including `until`. As in the
 * lock, whose grant it is and by which key comes before (protocol.md §8).
 */
export function decideBeforehand(of: Case, asked: Asked, until: number): Decision {
  const via = asked.via ?? likelyWay(of, asked);
  const used = asked.used ?? of.used;
  const kinds = kindsThatCount(of, asked, via);
  const settled = settledBefore(of, asked, via);
  if (settled) return { ...settled, via, kinds, used, changes: {} };
  const foresight = foresightOf(of, { ...asked, used }, via, kinds);
  const answer = answerAt(foresight, asked.at);
  return { ...answer, via, kinds, used, changes: changesAfter(foresight, asked.at, until) };
}

/** A tag or PIN where that is enough to be asked; a grant that the table lacks can only be carried, by its key. */
function likelyWay({ grant, inTable }: Case, asked: Asked): Via {
  const { claims } = grant;
  if (!inTable && claims.bearerKey) return "carried";
  const atDoor = kindsOf(claims, asked);
  const showsKey = asked.kinds?.has(KEY) ?? false;
  return asked.action === Action.unlock && !showsKey && (atDoor.has(TAG) || atDoor.has(PIN)) ? "door" : "order";
}

/** Without secrets no tag and no PIN proves anything; at the door a key alone does not either. */
function kindsThatCount({ grant, roster }: Case, asked: Asked, via: Via): Set<CredentialKind> {
  const kinds = kindsOf(grant.claims, asked);
  if (!roster.claims.settings.sealedSecrets) for (const kind of [TAG, PIN]) kinds.delete(kind);
  if (via !== "door") return kinds.add(KEY);
  return kinds.has(TAG) || kinds.has(PIN) ? kinds : new Set();
}

function settledBefore(
  { roster, grant, inTable }: Case,
  asked: Asked,
  via: Via,
): { reason: Reason; rule: DecisionRule } | undefined {
  if (!inTable && via !== "carried") return { reason: Reason.unknownGrant, rule: "roster" };
  if (!equalBytes(grant.kid, roster.kid)) return { reason: Reason.unknownKey, rule: "issuer" };
  if (via !== "door") return grant.claims.bearerKey ? undefined : { reason: Reason.unknownKey, rule: "cnf" };
  const needsSecrets = kindsOf(grant.claims, asked).has(PIN) && !roster.claims.settings.sealedSecrets;
  return needsSecrets ? { reason: Reason.proofMissing, rule: "sealedSecrets" } : undefined;
}

function foresightOf(
  { lockId, roster, grant, inTable }: Case,
  { action, timeUncertain, privacy, used }: Asked & { used: number },
  via: Via,
  kindsShown: ReadonlySet<CredentialKind>,
): Foresight {
  const { settings, staleAfter } = roster.claims;
  const isInTable = inTable && equalBytes(inTable, grant.document);
  return {
    lockId,
    grant: grant.claims,
    ...(!isInTable && { carried: checkCarried(grant, roster.claims, inTable) }),
    action,
    settings,
    staleAfter,
    timeUncertain,
    used,
    kindsShown,
    privacy,
    byOrder: via !== "door",
  };
}
