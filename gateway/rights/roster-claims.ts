import type { Suite } from "../../crypto/suite.ts";
import {
  DENIED_MAX,
  digestOfHashes,
  ROSTER_BYTES_MAX,
  type RosterClaims,
  rosterBytes,
} from "../../protocol/documents/roster.ts";
import type { Settings } from "../../protocol/documents/settings.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import type { LockRights } from "./lock-rights.ts";

const DAY_SECONDS = 86_400;

/** What a roster is made of besides the rights. */
export interface RosterFrame {
  epoch: number;
  /** Seconds since 1970. */
  issuedAt: number;
  staleAfterDays: number;
  /** SHA-256 of each grant document, in order of id. */
  grantHashes: Uint8Array[];
  /** Setting 8; absent where no grant needs it. */
  sealedSecrets?: Uint8Array;
  /** Setting 11; absent once the lock trusts the key that signs. */
  keyChange?: Uint8Array;
}

/** As long as locks take: whatever else has to go in, the list of denied grants makes room for it. */
export function rosterClaims(suite: Suite, rights: LockRights, frame: RosterFrame): RosterClaims {
  const { epoch, issuedAt, staleAfterDays, grantHashes, sealedSecrets, keyChange } = frame;
  const others = {
    lockId: fromHex(rights.lock.lockId),
    generation: rights.lock.generation,
    epoch,
    issuedAt,
    staleAfter: staleAfter(issuedAt, staleAfterDays),
    count: grantHashes.length,
    digest: digestOfHashes(suite, grantHashes),
    settings: {
      ...rosterSettings(rights),
      ...(sealedSecrets && { sealedSecrets }),
      ...(keyChange && { keyChange }),
    },
  };
  for (let deniedMax = DENIED_MAX; deniedMax >= 0; deniedMax--) {
    const claims = { ...others, ...refusedAsCarried(rights.revoked, deniedMax) };
    if (rosterBytes(suite, claims) <= ROSTER_BYTES_MAX) return claims;
  }
  throw new RangeError("the limits of settings leave no room for a roster");
}

/** What a roster says about the lock itself, but for what is there for a while or drawn anew. */
export function rosterSettings({ settings, groupIds }: Pick<LockRights, "settings" | "groupIds">): Settings {
  const { stair: _, keepDays: __, ...said } = settings;
  return { ...said, groups: groupIds.map(fromHex) };
}

/** When only essential grants are left, seconds since 1970; 0 = never. */
export function staleAfter(issuedAt: number, staleAfterDays: number): number {
  return staleAfterDays === 0 ? 0 : issuedAt + staleAfterDays * DAY_SECONDS;
}

/**
 * A revoked grant may still be carried to the door by its bearer: the newest are denied by name, all older ones by the
 * time of their making. The living need no exception, since they stand in the table.
 */
function refusedAsCarried(
  revoked: { id: string; issuedAt: number }[],
  deniedMax: number,
): { denied: Uint8Array[]; carriedFrom: number } {
  const newestOther = revoked[deniedMax];
  return {
    denied: revoked.slice(0, deniedMax).map(({ id }) => fromHex(id)),
    carriedFrom: newestOther ? newestOther.issuedAt + 1 : 0,
  };
}
