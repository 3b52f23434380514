import type { Clock } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { RequestRefused } from "../api/services.ts";
import type { GrantStore } from "../store/grant-store.ts";
import type { GroupRow, GroupStore } from "../store/group-store.ts";
import type { LockStore } from "../store/lock-store.ts";
import { invalidField } from "./invalid-field.ts";
import type { WantedRosters } from "./wanted-rosters.ts";

export interface GroupRequest {
  /** Unlike every other group's, and unlike an id. */
  name: string;
  /** Ids of paired locks, all different. */
  locks: string[];
}

export interface GroupsParts {
  store: GroupStore;
  locks: LockStore;
  grants: GrantStore;
  rosters: WantedRosters;
  clock: Clock;
  random: Random;
}

const ID_BYTES = 8;
const ID_ZERO = "0".repeat(2 * ID_BYTES);

/**
 * Groups of locks (protocol.md §7: aud, and setting 3 of a roster). A lock that comes into a group gets its grants, one
 * that leaves loses them; each change is in the wanted rosters when it is answered.
 */
export class Groups {
  readonly #parts: GroupsParts;

  constructor(parts: GroupsParts) {
    this.#parts = parts;
  }

  /** Under an id of its own. Rejects like `put`. */
  add(request: GroupRequest): Promise<GroupRow> {
    return this.put(toHex(this.#parts.random.bytes(ID_BYTES)), request);
  }

  /** Makes the group, or gives it this name and these locks. Rejects with RequestRefused, naming the field, or StoreError. */
  async put(groupId: string, { name, locks: lockIds }: GroupRequest): Promise<GroupRow> {
    const { store, locks, rosters, clock } = this.#parts;
    // In an aud, ids of locks and groups can not be told apart.
    if (groupId === ID_ZERO || locks.get(groupId)) throw invalidField("groupId", `${groupId} is no id for a group`);
    if (/^[0-9a-f]{16}$/.test(name)) throw invalidField("name", "looks like an id");
    const createdAtMs = clock.wallMs();
    await rosters.change(() => {
      const before = store.get(groupId);
      const namesake = store.byName(name);
      if (namesake && namesake.groupId !== groupId) {
        throw new RequestRefused("group-exists", `group ${namesake.groupId} has this name`, "name");
      }
      lockIds.forEach((lockId, index) => {
        if (locks.get(lockId)) return;
        throw new RequestRefused("unknown-lock", `no lock ${lockId} is paired here`, `locks[${index}]`);
      });
      store.put({ groupId, name, lockIds, createdAtMs: before?.createdAtMs ?? createdAtMs });
      return symmetricDifference(before?.lockIds ?? [], lockIds);
    });
    const group = store.get(groupId);
    if (!group) throw new RangeError("a group that was put is not there");
    return group;
  }

  get(groupId: string): GroupRow | undefined {
    return this.#parts.store.get(groupId);
  }

  /** In order of id, those above `after`. */
  list(after: string, limit: number): GroupRow[] {
    return this.#parts.store.list(after, limit);
  }

  /** False if there is no such group. Rejects with RequestRefused while living grants name it. */
  async remove(groupId: string): Promise<boolean> {
    const { store, grants, rosters } = this.#parts;
    if (!store.get(groupId)) return false;
    await rosters.change(() => {
      const [grantId, ...others] = grants.livingForGroup(groupId);
      if (grantId !== undefined) {
        const more = others.length === 0 ? "" : ` and ${others.length} more`;
        throw new RequestRefused("group-in-use", `grant ${grantId}${more} for this group must be revoked first`);
      }
      const lockIds = store.get(groupId)?.lockIds ?? [];
      store.remove(groupId);
      return lockIds;
    });
    return true;
  }
}

function symmetricDifference(one: readonly string[], other: readonly string[]): string[] {
  const missingIn = (list: readonly string[]) => (id: string) => !list.includes(id);
  return [...one.filter(missingIn(other)), ...other.filter(missingIn(one))];
}
