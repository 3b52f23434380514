import type { FastifyRequest } from "fastify";
import type { GrantRequest } from "../rights/grant-request.ts";
import type { Groups } from "../rights/groups.ts";
import { invalidField } from "../rights/invalid-field.ts";
import type { LockStore } from "../store/lock-store.ts";
import type { TokenScope } from "../store/token-store.ts";
import { RequestRefused, type UplinkStatus } from "./services.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Absent where there are no tokens. */
    scope?: Scope;
  }
}

/** The locks and groups for which a grant is, ids in hex. */
export interface Places {
  lockIds: readonly string[];
  groupIds: readonly string[];
}

/** What a token may see and touch: nothing else exists for it. */
export interface Scope {
  readonly isWhole: boolean;
  hasLock(lockId: string): boolean;
  hasGroup(groupId: string): boolean;
  /** Of a group as requests name it, by its id or its name. */
  hasGroupCalled(idOrName: string): boolean;
  /** A grant is within if all its places are. */
  hasPlaces(places: Places): boolean;
}

/** Of a token without a scope. */
export const WHOLE: Scope = {
  isWhole: true,
  hasLock: () => true,
  hasGroup: () => true,
  hasGroupCalled: () => true,
  hasPlaces: () => true,
};
/** Nobody's group is reached by giving one's own the name of its id. */
const GROUP_ID = /^[0-9a-f]{16}$/;

export function scopeOf({ scope = WHOLE }: FastifyRequest): Scope {
  return scope;
}

/** A tenant's own locks and groups, and the locks that are in those groups now. */
export class PartialScope implements Scope {
  readonly isWhole = false;
  readonly #locks: ReadonlySet<string>;
  readonly #groups: ReadonlySet<string>;
  readonly #groupNames: ReadonlySet<string>;

  constructor({ locks, groups }: TokenScope, known: Pick<Groups, "get">) {
    const rows = groups.flatMap((groupId) => known.get(groupId) ?? []);
    this.#groups = new Set(groups);
    this.#groupNames = new Set(rows.map(({ name }) => name));
    this.#locks = new Set([...locks, ...rows.flatMap(({ lockIds }) => lockIds)]);
  }

  hasLock(lockId: string): boolean {
    return this.#locks.has(lockId);
  }

  hasGroup(groupId: string): boolean {
    return this.#groups.has(groupId);
  }

  hasGroupCalled(idOrName: string): boolean {
    return GROUP_ID.test(idOrName) ? this.hasGroup(idOrName) : this.#groupNames.has(idOrName);
  }

  hasPlaces({ lockIds, groupIds }: Places): boolean {
    return lockIds.every((id) => this.hasLock(id)) && groupIds.every((id) => this.hasGroup(id));
  }
}

/** How delivery fares; to who sees a part only without the words, which may be about other locks. */
export function uplinkWithin({ isWhole }: Scope, status: UplinkStatus): UplinkStatus {
  return isWhole ? status : { ...status, sentence: UPLINK_WORDS[status.state] };
}

const UPLINK_WORDS: Record<UplinkStatus["state"], string> = {
  none: "There is no uplink.",
  delivering: "Events are delivered.",
  waiting: "Events of this gateway wait to be delivered.",
};

/** Ids of the paired locks that are within. */
export function locksWithin(scope: Scope, locks: Pick<LockStore, "list">): string[] {
  return locks
    .list()
    .map(({ lockId }) => lockId)
    .filter((lockId) => scope.hasLock(lockId));
}

/**
 * Refuses, as if they were not there, locks and groups of a grant that are outside; and a PIN that is asked for by its digits: whether
 * it is free would tell of PINs outside.
 */
export function assertWithin(scope: Scope, { locks = [], groups = [], with: credentials }: GrantRequest): void {
  if (scope.isWhole) return;
  locks.forEach((lockId, index) => {
    if (scope.hasLock(lockId)) return;
    throw new RequestRefused("unknown-lock", `no lock ${lockId} is paired here`, `locks[${index}]`);
  });
  groups.forEach((idOrName, index) => {
    if (scope.hasGroupCalled(idOrName)) return;
    throw new RequestRefused("unknown-group", `there is no group ${idOrName}`, `groups[${index}]`);
  });
  credentials.forEach((credential, index) => {
    if (credential.kind !== "pin" || credential.digits === undefined) return;
    throw invalidField(
      `with[${index}].digits`,
      "is for tokens without a scope: leave it out, and the PIN is drawn at random",
    );
  });
}
