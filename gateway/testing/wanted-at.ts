import assert from "node:assert/strict";
import type { Suite } from "../../crypto/suite.ts";
import { type GrantClaims, verifyGrant } from "../../protocol/documents/grant.ts";
import { type RosterClaims, rosterDigest, verifyRoster } from "../../protocol/documents/roster.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { RosterStore } from "../store/roster-store.ts";

export interface RosterWorld {
  suite: Suite;
  issuer: Issuer;
  rosters: RosterStore;
}

/** What a lock shall have, everything verified as it would itself. */
export function wantedAt(
  { suite, issuer, rosters }: RosterWorld,
  lockId: string,
): { claims: RosterClaims; grants: GrantClaims[]; ids: string[] } {
  const wanted = rosters.wanted(lockId);
  assert(wanted, `no roster is wanted at ${lockId}`);
  const roster = verifyRoster(suite, wanted.document, issuer.publicKey);
  assert(roster.ok);
  const { claims } = roster.value;
  assert.equal(toHex(claims.lockId), lockId);
  assert.equal(claims.epoch, wanted.epoch);
  assert.equal(claims.count, wanted.grantDocuments.length);
  assert.deepEqual(claims.digest, rosterDigest(suite, wanted.grantDocuments));
  const grants = wanted.grantDocuments.map((document) => {
    const grant = verifyGrant(suite, document, issuer.publicKey);
    assert(grant.ok);
    return grant.value;
  });
  return { claims, grants, ids: grants.map(({ id }) => toHex(id)) };
}
