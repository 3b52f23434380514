import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import { parseGrant } from "../../protocol/documents/grant.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { Database } from "../store/database.ts";
import type { GrantStore } from "../store/grant-store.ts";

/** The same grant in a new document, issued at this time: seconds since 1970. */
export interface Reissue {
  id: string;
  issuedAt: number;
  document: Uint8Array;
}

/** What the next roster of a lock will say of carried grants. */
interface Draft {
  roster: { lockId: string };
  carriedFrom: number;
}

export interface ReissueParts {
  database: Database;
  grants: GrantStore;
  issuer: Issuer;
  suite: Suite;
  clock: Clock;
}

/**
 * A full denied list shuts out by their age also those that nobody has revoked (protocol.md §7): these get new documents, each
 * issued late enough for all of its locks. `change` is what the drafts were made for.
 */
export async function reissue(
  { database, grants, issuer, suite, clock }: ReissueParts,
  change: () => unknown,
  drafts: readonly Draft[],
): Promise<Reissue[]> {
  const shuttingOut = drafts.filter(({ carriedFrom }) => carriedFrom > 0);
  if (shuttingOut.length === 0) return [];
  const now = Math.floor(clock.wallMs() / 1000);
  const before = await database.rehearse(() => {
    // It may have made some of them.
    change();
    const issuedAtOf = new Map<string, number>();
    for (const { roster, carriedFrom } of shuttingOut) {
      for (const id of grants.carriedForLock(roster.lockId, carriedFrom, now)) {
        issuedAtOf.set(id, Math.max(issuedAtOf.get(id) ?? now, carriedFrom));
      }
    }
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
