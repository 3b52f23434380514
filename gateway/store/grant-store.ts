import type { Database } from "./database.ts";

/** A grant that this gateway's issuer signed (protocol.md §7). Ids and subjects are 16 hex digits. */
export interface GrantRow {
  id: string;
  subject: string;
  /** Those it names itself, in ascending order. */
  lockIds: string[];
  /** In ascending order; a group may be gone by now. */
  groupIds: string[];
  /** The signed document: what locks and bearers get. */
  document: Uint8Array;
  /** The document's iat, seconds since 1970. */
  issuedAt: number;
  /** Hash of what was asked for, so that asking again can be told from asking for something else. */
  content: string;
  /** With whose secrets its tags and PIN are checked; absent if it has neither. */
  stair?: string;
  hasPin: boolean;
  /** Shown at the door by its bearer; in no lock's table. */
  isCarried: boolean;
  /** Carried, and its bearer has not been given the document as it is now. */
  isToHandOut: boolean;
  /** Seconds since 1970: until then a lock must be told if it is revoked. Absent = for ever. */
  deniedUntil?: number;
  /** For people, kept here only: never sent to a lock. */
  name?: string;
  createdAtMs: number;
  revokedAtMs?: number;
}

/** What a lock's table has to have room for. */
export type LivingGrant = Pick<GrantRow, "id" | "stair" | "hasPin">;

/**
 * Grants, revoked ones included: a revoked id never lives again. Of an erased one nothing is left to be shown, but its id and its
 * places stay, so that locks go on refusing it. Changes happen inside `Database.write`.
 */
export class GrantStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(id: string): GrantRow | undefined {
    const columns = this.#database.get<GrantColumns>(`${SELECT_GRANT} WHERE id = ? AND ${IS_KEPT}`, id);
    return columns && grantRow(columns);
  }

  isErased(id: string): boolean {
    return this.#database.get(`SELECT 1 FROM access_grant WHERE id = ? AND NOT ${IS_KEPT}`, id) !== undefined;
  }

  /** Ids of all grants of one subject, revoked ones included. */
  idsOf(subject: string): string[] {
    return this.#database
      .all<{ id: string }>(`SELECT id FROM access_grant WHERE subject = ? AND ${IS_KEPT} ORDER BY id`, subject)
      .map(({ id }) => id);
  }

  /** In order of id, those with an id above `after`, revoked ones included. */
  list(after: string, limit: number): GrantRow[] {
    return this.#database
      .all<GrantColumns>(`${SELECT_GRANT} WHERE id > ? AND ${IS_KEPT} ORDER BY id LIMIT ?`, after, limit)
      .map(grantRow);
  }

  /** Living grants for the table of the lock, by name or for a group that it is in, in order of id. */
  livingForLock(lockId: string): LivingGrant[] {
    return this.#database
      .all<{ id: string; stair: string | null; has_pin: number }>(
        `SELECT id, stair, has_pin FROM access_grant WHERE ${IS_FOR_LOCK} AND revoked_at_ms IS NULL AND is_carried = 0 ORDER BY id`,
        lockId,
        lockId,
      )
      .map(({ id, stair, has_pin }) => ({ id, ...(stair !== null && { stair }), hasPin: has_pin === 1 }));
  }

  /** The signed document; undefined if there is no such grant, or it was erased. */
  document(id: string): Uint8Array | undefined {
    const sql = `SELECT document FROM access_grant WHERE id = ? AND ${IS_KEPT}`;
    return this.#database.get<{ document: Uint8Array }>(sql, id)?.document;
  }

  /** Revoked grants that could still be carried to the lock, those issued last first. */
  revokedForLock(lockId: string, nowSeconds: number): { id: string; issuedAt: number }[] {
    return this.#database.all(
      `SELECT id, issued_at AS issuedAt FROM access_grant
       WHERE ${IS_FOR_LOCK} AND revoked_at_ms IS NOT NULL AND ${IS_USABLE} ORDER BY issued_at DESC, id`,
      lockId,
      lockId,
      nowSeconds,
    );
  }

  /** Ids of living grants that are carried to the lock and were issued before that moment, in ascending order. */
  carriedForLock(lockId: string, issuedBefore: number, nowSeconds: number): string[] {
    return this.#database
      .all<{ id: string }>(
        `SELECT id FROM access_grant
         WHERE is_carried = 1 AND ${IS_FOR_LOCK} AND revoked_at_ms IS NULL AND issued_at < ? AND ${IS_USABLE} ORDER BY id`,
        lockId,
        lockId,
        issuedBefore,
        nowSeconds,
      )
      .map(({ id }) => id);
  }

  /** Living grants that their bearers must be given (again), in order of id. */
  toHandOut(): GrantRow[] {
    return this.#database
      .all<GrantColumns>(`${SELECT_GRANT} WHERE is_to_hand_out = 1 AND revoked_at_ms IS NULL ORDER BY id`)
      .map(grantRow);
  }

  /** Documents of all living grants. */
  livingDocuments(): { id: string; document: Uint8Array }[] {
    return this.#database.all(
      `SELECT id, document FROM access_grant WHERE revoked_at_ms IS NULL AND ${IS_KEPT} ORDER BY id`,
    );
  }

  /** Ids of living grants that name the group. */
  livingForGroup(groupId: string): string[] {
    return this.#database
      .all<{ id: string }>(
        `SELECT id FROM access_grant JOIN access_grant_group ON grant_id = id
         WHERE group_id = ? AND revoked_at_ms IS NULL ORDER BY id`,
        groupId,
      )
      .map(({ id }) => id);
  }

  /** Living grants whose PIN is checked with this stair's secrets. */
  withPin(stair: string): GrantRow[] {
    return this.#database
      .all<GrantColumns>(`${SELECT_GRANT} WHERE stair = ? AND has_pin = 1 AND revoked_at_ms IS NULL`, stair)
      .map(grantRow);
  }

  /** Inside `Database.write`. The id must be new. */
  insert(grant: Omit<GrantRow, "revokedAtMs">): void {
    this.#database.run(
      `INSERT INTO access_grant (id, subject, name, issued_at, document, created_at_ms, content, stair, has_pin,
         is_carried, is_to_hand_out, denied_until)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      grant.id,
      grant.subject,
      grant.name ?? null,
      grant.issuedAt,
      grant.document,
      grant.createdAtMs,
      grant.content,
      grant.stair ?? null,
      grant.hasPin ? 1 : 0,
      grant.isCarried ? 1 : 0,
      grant.isToHandOut ? 1 : 0,
      grant.deniedUntil ?? null,
    );
    for (const lockId of grant.lockIds) {
      this.#database.run("INSERT INTO access_grant_lock (lock_id, grant_id) VALUES (?, ?)", lockId, grant.id);
    }
    for (const groupId of grant.groupIds) {
      this.#database.run("INSERT INTO access_grant_group (group_id, grant_id) VALUES (?, ?)", groupId, grant.id);
    }
  }

  /** Inside `Database.write`. The same grant in a new document; if it is carried, its bearer needs that. */
  reissue(id: string, document: Uint8Array, issuedAt: number): void {
    this.#database.run(
      "UPDATE access_grant SET document = ?, issued_at = ?, is_to_hand_out = is_carried WHERE id = ?",
      document,
      issuedAt,
      id,
    );
  }

  /** Inside `Database.write`. Its bearer has the document as it is now. */
  handedOut(id: string): void {
    this.#database.run("UPDATE access_grant SET is_to_hand_out = 0 WHERE id = ?", id);
  }

  /** Inside `Database.write`. Revoking again changes nothing. */
  revoke(id: string, revokedAtMs: number): void {
    this.#database.run(
      "UPDATE access_grant SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL",
      revokedAtMs,
      id,
    );
  }

  /** Inside `Database.write`. A grant that was not revoked is so from now on. */
  erase(id: string, erasedAtMs: number): void {
    this.#database.run(
      `UPDATE access_grant SET subject = '', name = NULL, document = x'', content = '', stair = NULL, has_pin = 0, is_to_hand_out = 0,
         revoked_at_ms = coalesce(revoked_at_ms, ?) WHERE id = ?`,
      erasedAtMs,
      id,
    );
  }

  /** The grant of the API's own key at a lock, or undefined if that key has none there yet. */
  operatorGrant(lockId: string, operatorPk: Uint8Array): Uint8Array | undefined {
    return this.#database.get<{ document: Uint8Array }>(
      "SELECT document FROM operator_grant WHERE lock_id = ? AND operator_pk = ?",
      lockId,
      operatorPk,
    )?.document;
  }

  /** Inside `Database.write`. They are signed anew when they are needed. */
  removeOperatorGrants(): void {
    this.#database.run("DELETE FROM operator_grant");
  }

  /** Inside `Database.write`. */
  putOperatorGrant(lockId: string, operatorPk: Uint8Array, document: Uint8Array): void {
    this.#database.run(
      "INSERT OR REPLACE INTO operator_grant (lock_id, operator_pk, document) VALUES (?, ?, ?)",
      lockId,
      operatorPk,
      document,
    );
  }
}

const SELECT_GRANT = `
  SELECT *,
    (SELECT group_concat(lock_id, ' ' ORDER BY lock_id) FROM access_grant_lock WHERE grant_id = id) AS lock_ids,
    (SELECT group_concat(group_id, ' ' ORDER BY group_id) FROM access_grant_group WHERE grant_id = id) AS group_ids
  FROM access_grant`;
const IS_KEPT = "document <> x''";
/** Takes the time of today: later on a lock refuses it of itself. */
const IS_USABLE = "(denied_until IS NULL OR denied_until > ?)";
/** Takes the lock's id twice. */
const IS_FOR_LOCK = `id IN (
  SELECT grant_id FROM access_grant_lock WHERE lock_id = ?
  UNION SELECT grant_id FROM access_grant_group JOIN lock_group_member USING (group_id) WHERE lock_id = ?)`;

interface GrantColumns {
  id: string;
  subject: string;
  name: string | null;
  issued_at: number;
  document: Uint8Array;
  created_at_ms: number;
  revoked_at_ms: number | null;
  content: string;
  stair: string | null;
  has_pin: number;
  is_carried: number;
  is_to_hand_out: number;
  denied_until: number | null;
  lock_ids: string | null;
  group_ids: string | null;
}

function grantRow(columns: GrantColumns): GrantRow {
  return {
    id: columns.id,
    subject: columns.subject,
    lockIds: columns.lock_ids?.split(" ") ?? [],
    groupIds: columns.group_ids?.split(" ") ?? [],
    document: columns.document,
    issuedAt: columns.issued_at,
    content: columns.content,
    ...(columns.stair !== null && { stair: columns.stair }),
    hasPin: columns.has_pin === 1,
    isCarried: columns.is_carried === 1,
    isToHandOut: columns.is_to_hand_out === 1,
    ...(columns.denied_until !== null && { deniedUntil: columns.denied_until }),
    ...(columns.name !== null && { name: columns.name }),
    createdAtMs: columns.created_at_ms,
    ...(columns.revoked_at_ms !== null && { revokedAtMs: columns.revoked_at_ms }),
  };
}
