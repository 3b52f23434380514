import type { Database } from "./database.ts";

/** Locks that grants can name together: a stair, the laundries. Ids are 16 hex digits. */
export interface GroupRow {
  groupId: string;
  /** Unlike every other group's. */
  name: string;
  /** In ascending order. */
  lockIds: string[];
  createdAtMs: number;
}

/** Groups of locks. Changes happen inside `Database.write`. */
export class GroupStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(groupId: string): GroupRow | undefined {
    const columns = this.#database.get<GroupColumns>(`${SELECT_GROUP} WHERE group_id = ?`, groupId);
    return columns && groupRow(columns);
  }

  byName(name: string): GroupRow | undefined {
    const columns = this.#database.get<GroupColumns>(`${SELECT_GROUP} WHERE name = ?`, name);
    return columns && groupRow(columns);
  }

  /** In order of id, those with an id above `after`. */
  list(after: string, limit: number): GroupRow[] {
    return this.#database
      .all<GroupColumns>(`${SELECT_GROUP} WHERE group_id > ? ORDER BY group_id LIMIT ?`, after, limit)
      .map(groupRow);
  }

  /** Ids of the groups that the lock is in, in ascending order. */
  ofLock(lockId: string): string[] {
    return this.#database
      .all<{ group_id: string }>("SELECT group_id FROM lock_group_member WHERE lock_id = ? ORDER BY group_id", lockId)
      .map(({ group_id }) => group_id);
  }

  /** Inside `Database.write`. Adds the group or replaces its name and its locks. */
  put(group: GroupRow): void {
    const { groupId } = group;
    this.#database.run(
      `INSERT INTO lock_group (group_id, name, created_at_ms) VALUES (?, ?, ?)
       ON CONFLICT (group_id) DO UPDATE SET name = excluded.name`,
      groupId,
      group.name,
      group.createdAtMs,
    );
    this.#database.run("DELETE FROM lock_group_member WHERE group_id = ?", groupId);
    for (const lockId of group.lockIds) {
      this.#database.run("INSERT INTO lock_group_member (lock_id, group_id) VALUES (?, ?)", lockId, groupId);
    }
  }

  /** Inside `Database.write`. */
  remove(groupId: string): void {
    this.#database.run("DELETE FROM lock_group WHERE group_id = ?", groupId);
  }
}

const SELECT_GROUP = `
  SELECT *, (SELECT group_concat(lock_id, ' ' ORDER BY lock_id) FROM lock_group_member AS member
             WHERE member.group_id = lock_group.group_id) AS lock_ids
  FROM lock_group`;

interface GroupColumns {
  group_id: string;
  name: string;
  created_at_ms: number;
  lock_ids: string | null;
}

function groupRow(columns: GroupColumns): GroupRow {
  return {
    groupId: columns.group_id,
    name: columns.name,
    lockIds: columns.lock_ids?.split(" ") ?? [],
    createdAtMs: columns.created_at_ms,
  };
}
