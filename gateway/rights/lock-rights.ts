import { RequestRefused } from "../api/services.ts";
import type { SiteConfig } from "../config.ts";
import type { GrantStore, LivingGrant } from "../store/grant-store.ts";
import type { GroupStore } from "../store/group-store.ts";
import type { LockRow, LockStore } from "../store/lock-store.ts";
import type { SettingsStore } from "../store/settings-store.ts";
import { type SettingsInForce, settingsInForce } from "./settings-in-force.ts";

/** What a lock's table holds, the operator's grant included. */
export const GRANTS_PER_LOCK_MAX = 1000;
/** Each costs a lock one more HMAC when a PIN is typed (protocol.md §7). */
export const PIN_GRANTS_PER_LOCK_MAX = 100;
/** A roster's setting 3 (protocol.md §7). */
const GROUPS_PER_LOCK_MAX = 16;

export interface RightsStores {
  locks: LockStore;
  grants: GrantStore;
  groups: GroupStore;
  settings: SettingsStore;
  site: SiteConfig;
  /** 33 bytes: the key that signs the orders of `POST …/actions`, and has a grant at each lock; absent where nobody does. */
  operatorPk?: Uint8Array;
}

/** All that people have decided about one lock. */
export interface LockRights {
  lock: LockRow;
  settings: SettingsInForce;
  groupIds: string[];
  /** Living ones, in order of id; the operator's is not among them. */
  grants: LivingGrant[];
  /** That could still be carried there. Those issued last come first. */
  revoked: { id: string; issuedAt: number }[];
}

/** At `nowSeconds` since 1970. Throws RequestRefused if the lock is not paired, or can not hold it all. */
export function readLockRights(stores: RightsStores, lockId: string, nowSeconds: number): LockRights {
  const lock = stores.locks.get(lockId);
  if (!lock) throw new RequestRefused("unknown-lock", `no lock ${lockId} is paired here`);
  const rights: LockRights = {
    lock,
    settings: settingsInForce(stores.settings, stores.site, lockId),
    groupIds: stores.groups.ofLock(lockId),
    grants: stores.grants.livingForLock(lockId),
    revoked: stores.grants.revokedForLock(lockId, nowSeconds),
  };
  assertRoom(rights, GRANTS_PER_LOCK_MAX - (stores.operatorPk ? 1 : 0));
  assertOneStair(rights);
  return rights;
}

function assertRoom({ lock: { lockId }, groupIds, grants }: LockRights, grantsMax: number): void {
  if (grants.length > grantsMax) {
    throw tableFull(`lock ${lockId} holds ${grantsMax} grants already; revoke one first`);
  }
  if (grants.filter(({ hasPin }) => hasPin).length > PIN_GRANTS_PER_LOCK_MAX) {
    throw tableFull(`lock ${lockId} holds ${PIN_GRANTS_PER_LOCK_MAX} grants with a PIN already; revoke one first`);
  }
  if (groupIds.length > GROUPS_PER_LOCK_MAX) {
    throw tableFull(`lock ${lockId} is in ${GROUPS_PER_LOCK_MAX} groups already; take it out of one first`);
  }
}

/** A PIN's verifier and a tag's key come from one stair's secrets, and a lock has those of its own stair alone. */
function assertOneStair({ lock: { lockId }, settings, grants }: LockRights): void {
  const stranger = grants.find(({ stair }) => stair !== undefined && stair !== settings.stair);
  if (!stranger) return;
  const sentence = `lock ${lockId} is in stair "${settings.stair}", and grant ${stranger.id} has a PIN or a tag for stair "${stranger.stair}"`;
  throw new RequestRefused("stairs-mixed", sentence, "locks");
}

function tableFull(sentence: string): RequestRefused {
  return new RequestRefused("table-full", sentence, "locks");
}
