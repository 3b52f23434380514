import type { Suite } from "../../crypto/suite.ts";
import { type RosterClaims, rosterDigest } from "../../protocol/documents/roster.ts";
import type { Settings } from "../../protocol/documents/settings.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import type { LockRights } from "./lock-rights.ts";

/** A roster's denied list (protocol.md §7). */
const DENIED_MAX = 32;
const DAY_SECONDS = 86_400;

/** What a roster is made of besides the rights. */
export interface RosterFrame {
  epoch: number;
  /** Seconds since 1970. */
  issuedAt: number;
  staleAfterDays: number;
  /** All of them, in order of id. */
  grantDocuments: Uint8Array[];
  /** Setting 8; absent where no grant needs it. */
  sealedSecrets?: Uint8Array;
}

export function rosterClaims(suite: Suite, rights: LockRights, frame: RosterFrame): RosterClaims {
  const { epoch, issuedAt, grantDocuments, sealedSecrets } = frame;
  return {
    lockId: fromHex(rights.lock.lockId),
    generation: rights.lock.generation,
    epoch,
    issuedAt,
    staleAfter: staleAfter(issuedAt, frame.staleAfterDays),
    count: grantDocuments.length,
    digest: rosterDigest(suite, grantDocuments),
    ...refusedAsCarried(rights.revoked),
    settings: rosterSettings(rights, sealedSecrets),
  };
}

export function rosterSettings({ settings, groupIds }: LockRights, sealedSecrets?: Uint8Array): Settings {
  const { stair: _, ...said } = settings;
  return { ...said, groups: groupIds.map(fromHex), ...(sealedSecrets && { sealedSecrets }) };
}

/** When only essential grants are left, seconds since 1970; 0 = never. */
export function staleAfter(issuedAt: number, staleAfterDays: number): number {
  return staleAfterDays === 0 ? 0 : issuedAt + staleAfterDays * DAY_SECONDS;
}

/**
 * A revoked grant may still be carried to the door by its bearer: the newest are denied by name, all older ones by the
 * time of their making. The living need no exception, since they stand in the table.
 */
function refusedAsCarried(revoked: { id: string; issuedAt: number }[]): { denied: Uint8Array[]; carriedFrom: number } {
  const [newestOther] = revoked.slice(DENIED_MAX);
  return {
    denied: revoked.slice(0, DENIED_MAX).map(({ id }) => fromHex(id)),
    carriedFrom: newestOther ? newestOther.issuedAt + 1 : 0,
  };
}
