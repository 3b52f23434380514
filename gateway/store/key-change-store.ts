import type { KeyMoves } from "../issuer/issuer-keys.ts";
import type { Database } from "./database.ts";
import type { RosterHead } from "./roster-store.ts";

/** The last change of the issuer's key, and which locks have gone along. Changes happen inside `Database.write`. */
export class KeyChangeStore implements KeyMoves {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  newIssuerPk(): Uint8Array | undefined {
    const sql = "SELECT new_issuer_pk AS newIssuerPk FROM key_change";
    return this.#database.get<{ newIssuerPk: Uint8Array }>(sql)?.newIssuerPk;
  }

  /** A lock has moved once it reports a roster that was signed under the new key. */
  hasMoved(lockId: string): boolean {
    return this.#database.get(`SELECT 1 FROM lock WHERE lock_id = ? AND ${HAS_MOVED}`, lockId) !== undefined;
  }

  /** Ids of the locks that have not, in ascending order; none if the key has never changed. */
  waiting(): string[] {
    if (this.newIssuerPk() === undefined) return [];
    return this.#database
      .all<{ lock_id: string }>(`SELECT lock_id FROM lock WHERE NOT ${HAS_MOVED} ORDER BY lock_id`)
      .map(({ lock_id }) => lock_id);
  }

  /** The key change (protocol.md §7) that this lock's next roster has to carry; undefined if there is none, or it has moved. */
  documentFor(lockId: string): Uint8Array | undefined {
    const sql = "SELECT document FROM key_change";
    const change = this.#database.get<{ document: Uint8Array }>(sql);
    return change && !this.hasMoved(lockId) ? change.document : undefined;
  }

  /** Inside `Database.write`. */
  begin(newIssuerPk: Uint8Array, document: Uint8Array): void {
    const sql = "INSERT OR REPLACE INTO key_change (id, new_issuer_pk, document) VALUES (1, ?, ?)";
    this.#database.run(sql, newIssuerPk, document);
    this.#database.run("DELETE FROM key_move");
  }

  /** Inside `Database.write`: the locks count as not moved until they report their next rosters. */
  doubt(lockIds: readonly string[]): void {
    for (const lockId of lockIds) this.#database.run("DELETE FROM key_move WHERE lock_id = ?", lockId);
  }

  /** Inside `Database.write`: this roster is signed under the key of today. The first one of a lock's generation counts. */
  rosterSigned({ lockId, generation, epoch }: Pick<RosterHead, "lockId" | "generation" | "epoch">): void {
    this.#database.run(
      `INSERT INTO key_move (lock_id, generation, epoch) SELECT ?, ?, ? FROM key_change WHERE true
       ON CONFLICT (lock_id) DO UPDATE SET generation = excluded.generation, epoch = excluded.epoch
         WHERE key_move.generation <> excluded.generation`,
      lockId,
      generation,
      epoch,
    );
  }
}

/** Of a row of `lock`. */
const HAS_MOVED = `EXISTS (
  SELECT 1 FROM key_move WHERE key_move.lock_id = lock.lock_id AND key_move.generation = lock.generation AND (
    EXISTS (SELECT 1 FROM reported WHERE reported.lock_id = lock.lock_id AND reported.epoch >= key_move.epoch) OR
    EXISTS (SELECT 1 FROM lock_report WHERE lock_report.lock_id = lock.lock_id
            AND lock_report.generation = key_move.generation AND lock_report.epoch >= key_move.epoch)))`;
