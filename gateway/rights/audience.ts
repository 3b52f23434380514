import { RequestRefused } from "../api/services.ts";
import type { SiteConfig } from "../config.ts";
import type { GroupStore } from "../store/group-store.ts";
import type { LockStore } from "../store/lock-store.ts";
import type { SettingsStore } from "../store/settings-store.ts";
import type { GrantRequest } from "./grant-request.ts";
import { invalidField } from "./invalid-field.ts";
import { settingsInForce } from "./settings-in-force.ts";

/** A grant's aud (protocol.md §7). */
const AUDIENCE_MAX = 16;

export interface AudienceStores {
  locks: LockStore;
  groups: GroupStore;
  settings: SettingsStore;
  site: SiteConfig;
}

/** Where a grant holds; ids in ascending order. */
export interface Audience {
  lockIds: string[];
  groupIds: string[];
}

/** Throws RequestRefused, naming the lock or group that is not there. */
export function readAudience(stores: AudienceStores, { locks = [], groups = [] }: GrantRequest): Audience {
  const count = locks.length + groups.length;
  if (count === 0) throw invalidField("locks", "and groups are both empty: a grant is for at least one of them");
  if (count > AUDIENCE_MAX)
    throw invalidField("locks", `and groups are ${count}: a grant has room for ${AUDIENCE_MAX}`);
  locks.forEach((lockId, index) => {
    if (stores.locks.get(lockId)) return;
    throw new RequestRefused("unknown-lock", `no lock ${lockId} is paired here`, `locks[${index}]`);
  });
  const groupIds = groups.map((idOrName, index) => {
    const group = stores.groups.get(idOrName) ?? stores.groups.byName(idOrName);
    if (group) return group.groupId;
    throw new RequestRefused("unknown-group", `there is no group ${idOrName}`, `groups[${index}]`);
  });
  if (new Set(groupIds).size < groupIds.length) throw invalidField("groups", "names a group twice");
  return { lockIds: locks.toSorted(), groupIds: groupIds.toSorted() };
}

/** The locks that it reaches now: named ones that are still paired, and those of its groups. */
export function pairedLocksOf({ locks, groups }: AudienceStores, { lockIds, groupIds }: Audience): string[] {
  const named = lockIds.filter((lockId) => locks.get(lockId));
  return [...new Set([...named, ...groupIds.flatMap((groupId) => groups.get(groupId)?.lockIds ?? [])])];
}

/** The one stair of all its locks. Throws RequestRefused if there are several, or no lock yet. */
export function stairOf(stores: AudienceStores, audience: Audience): string {
  const lockIds = pairedLocksOf(stores, audience);
  const stairs = new Set(lockIds.map((lockId) => settingsInForce(stores.settings, stores.site, lockId).stair));
  const [stair] = stairs;
  if (stair !== undefined && stairs.size === 1) return stair;
  const why =
    stair === undefined
      ? "there is no lock in the group yet, and a PIN or a tag belongs to the stair of its locks"
      : `a PIN or a tag works in one stair alone, and these locks are in ${[...stairs].join(", ")}; give a grant for each`;
  throw new RequestRefused("stairs-mixed", why, "with");
}
