import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import { parseGrant } from "../../protocol/documents/grant.ts";
import type { RosterClaims } from "../../protocol/documents/roster.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { Database } from "../store/database.ts";
import type { GrantStore } from "../store/grant-store.ts";

/** A grant and when it was issued, seconds since 1970. */
export interface IssuedAt {
  id: string;
  issuedAt: number;
}

/** A carried grant that a lock will not take any more unless it was issued at `from` or later. */
export interface Outdated {
  id: string;
  from: number;
}

/** The same grant, issued later. */
export interface Reissue extends IssuedAt {
  document: Uint8Array;
}

export interface ReissueParts {
  database: Database;
  grants: GrantStore;
  issuer: Issuer;
  suite: Suite;
  clock: Clock;
}

/** A full denied list shuts out by their age also those that nobody has revoked (protocol.md §7): these. */
export function outdatedBy({ carriedFrom }: RosterClaims, carried: readonly IssuedAt[]): Outdated[] {
  return carried.filter(({ issuedAt }) => issuedAt < carriedFrom).map(({ id }) => ({ id, from: carriedFrom }));
}

/** New documents of the grants that the drafts would shut out, each issued late enough for all of its locks. */
export async function reissue(
  { database, grants, issuer, suite, clock }: ReissueParts,
  change: () => unknown,
  drafts: readonly { outdated: readonly Outdated[] }[],
): Promise<Reissue[]> {
  const issuedAtOf = new Map<string, number>();
  const now = Math.floor(clock.wallMs() / 1000);
  for (const { id, from } of drafts.flatMap(({ outdated }) => outdated)) {
    issuedAtOf.set(id, Math.max(issuedAtOf.get(id) ?? now, from));
  }
  if (issuedAtOf.size === 0) return [];
  const before = await database.rehearse(() => {
    // It may have made some of them.
    change();
    return [...issuedAtOf].map(([id, issuedAt]) => ({ id, issuedAt, document: grants.document(id) }));
  });
  return Promise.all(
    before.map(async ({ id, issuedAt, document }) => {
      const grant = document && parseGrant(suite, document);
      if (!grant?.ok) throw new RangeError(`the carried grant ${id} has no document`);
      return { id, issuedAt, document: await issuer.signGrant({ ...grant.value.claims, issuedAt }) };
    }),
  );
}
