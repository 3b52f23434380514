import { equalBytes } from "../../protocol/wire/bytes.ts";
import type { Database } from "./database.ts";

/** The roster that a lock shall have (protocol.md §7), without its grants. */
export interface RosterHead {
  lockId: string;
  generation: number;
  epoch: number;
  document: Uint8Array;
}

export interface WantedRoster extends RosterHead {
  /** Whole documents in order of cti, as the roster's digest wants them. */
  grantDocuments: Uint8Array[];
}

/** A grant: `id` is its cti in hex, `hash` the SHA-256 of its document. */
export interface GrantDocument {
  id: string;
  hash: Uint8Array;
  document: Uint8Array;
}

/** A grant that a roster names, without its document, which has so many bytes. */
export interface GrantEntry {
  id: string;
  hash: Uint8Array;
  bytes: number;
}

/** From the roster that is wanted to the next one. */
export interface RosterDifference {
  /** New ones, and those that have other bytes now. */
  put: readonly GrantDocument[];
  /** Ids. */
  drop: readonly string[];
}

/** What a lock with an earlier epoch lacks, with the sizes of the documents, and the ids of what it has too many. */
export interface TableChanges {
  put: { id: string; bytes: number }[];
  drop: string[];
}

/** Beyond so many, a lock that has been away for long is asked what it has. */
const DROPPED_GRANTS_MAX = 1_000;

/**
 * One wanted roster per lock, each grant document once. What was taken out is remembered until the lock has confirmed it, so that
 * it is known without asking what separates a lock with an earlier epoch from what it shall have.
 */
export class RosterStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  head(lockId: string): RosterHead | undefined {
    return this.#database.get(
      "SELECT lock_id AS lockId, generation, epoch, document FROM wanted_roster WHERE lock_id = ?",
      lockId,
    );
  }

  document(lockId: string): Uint8Array | undefined {
    return this.head(lockId)?.document;
  }

  /** With all its grants: up to a thousand documents. */
  wanted(lockId: string): WantedRoster | undefined {
    const head = this.head(lockId);
    if (!head) return undefined;
    const grants = this.#database.all<{ document: Uint8Array }>(
      `SELECT document FROM wanted_grant JOIN grant_document USING (document_id) WHERE lock_id = ? ORDER BY grant_id`,
      lockId,
    );
    return { ...head, grantDocuments: grants.map(({ document }) => document) };
  }

  /** 0 if none is wanted yet. */
  wantedEpoch(lockId: string): number {
    return (
      this.#database.get<{ epoch: number }>("SELECT epoch FROM wanted_roster WHERE lock_id = ?", lockId)?.epoch ?? 0
    );
  }

  /** The grants that are wanted, in order of id. */
  entries(lockId: string): GrantEntry[] {
    return this.#database.all(
      `SELECT grant_id AS id, hash, length(document) AS bytes FROM wanted_grant JOIN grant_document USING (document_id)
       WHERE lock_id = ? ORDER BY grant_id`,
      lockId,
    );
  }

  /** Undefined if the lock shall not have it (any more). */
  grantDocument(lockId: string, grantId: string): Uint8Array | undefined {
    return this.#database.get<{ document: Uint8Array }>(
      "SELECT document FROM wanted_grant JOIN grant_document USING (document_id) WHERE lock_id = ? AND grant_id = ?",
      lockId,
      grantId,
    )?.document;
  }

  /**
   * What separates a lock that has the roster of this epoch, as it was wanted, from the wanted one; undefined if that is not
   * known. Epoch 0 is the empty table of a lock that has had no roster yet (protocol.md §7).
   */
  changesSince(lockId: string, epoch: number): TableChanges | undefined {
    const isKnown = epoch === 0 || this.#isBase(lockId, epoch);
    if (!isKnown) return undefined;
    const drop = this.#database.all<{ id: string }>(
      `SELECT grant_id AS id FROM dropped_grant WHERE lock_id = ? AND since_epoch <= ? AND epoch > ?
         AND NOT EXISTS (SELECT 1 FROM wanted_grant WHERE lock_id = dropped_grant.lock_id AND grant_id = dropped_grant.grant_id)
       ORDER BY grant_id`,
      lockId,
      epoch,
      epoch,
    );
    return {
      put: this.#database.all(
        `SELECT grant_id AS id, length(document) AS bytes FROM wanted_grant JOIN grant_document USING (document_id)
         WHERE lock_id = ? AND since_epoch > ? ORDER BY grant_id`,
        lockId,
        epoch,
      ),
      drop: drop.map(({ id }) => id),
    };
  }

  /** Whether the wanted roster takes something away from a lock that has this epoch; if that is not known, it may. */
  takesAway(lockId: string, epoch: number): boolean {
    if (epoch === 0 || epoch >= this.wantedEpoch(lockId)) return false;
    if (!this.#isBase(lockId, epoch)) return true;
    const sql = "SELECT 1 FROM dropped_grant WHERE lock_id = ? AND since_epoch <= ? AND epoch > ? LIMIT 1";
    return this.#database.get(sql, lockId, epoch, epoch) !== undefined;
  }

  /** From what is wanted now to these grants. */
  differenceTo(lockId: string, grants: readonly GrantDocument[]): RosterDifference {
    const before = new Map(this.entries(lockId).map(({ id, hash }) => [id, hash]));
    const put = grants.filter(({ id, hash }) => {
      const known = before.get(id);
      before.delete(id);
      return !known || !equalBytes(known, hash);
    });
    return { put, drop: [...before.keys()] };
  }

  /** Inside `Database.write`; `difference` is from what is wanted at that moment. */
  replace(roster: RosterHead, { put, drop }: RosterDifference): void {
    const { lockId, epoch } = roster;
    this.#putHead(roster);
    for (const id of drop) {
      this.#rememberDropped(lockId, id, epoch);
      this.#database.run("DELETE FROM wanted_grant WHERE lock_id = ? AND grant_id = ?", lockId, id);
    }
    for (const { id, hash, document } of put) {
      this.#rememberDropped(lockId, id, epoch);
      this.#database.run("INSERT OR IGNORE INTO grant_document (hash, document) VALUES (?, ?)", hash, document);
      this.#database.run(
        `INSERT INTO wanted_grant (lock_id, grant_id, document_id, since_epoch)
         SELECT ?, ?, document_id, ? FROM grant_document WHERE hash = ?
         ON CONFLICT DO UPDATE SET document_id = excluded.document_id, since_epoch = excluded.since_epoch`,
        lockId,
        id,
        epoch,
        hash,
      );
    }
  }

  /** Inside `Database.write`: nothing is wanted any more. */
  remove(lockId: string): void {
    this.#database.run("DELETE FROM wanted_roster WHERE lock_id = ?", lockId);
  }

  #putHead({ lockId, generation, epoch, document }: RosterHead): void {
    const isSameTable = this.head(lockId)?.generation === generation;
    this.#database.run(
      `INSERT INTO wanted_roster (lock_id, generation, epoch, document, base_epoch, previous_epoch) VALUES (?, ?, ?, ?, ?, 0)
       ON CONFLICT DO UPDATE SET generation = excluded.generation, document = excluded.document,
         previous_epoch = epoch, epoch = excluded.epoch`,
      lockId,
      generation,
      epoch,
      document,
      epoch,
    );
    if (isSameTable) this.#forgetConfirmed(lockId);
    const count = this.#database.get<{ count: number }>(
      "SELECT count(*) AS count FROM dropped_grant WHERE lock_id = ?",
      lockId,
    );
    if (isSameTable && (count?.count ?? 0) <= DROPPED_GRANTS_MAX) return;
    this.#database.run("DELETE FROM dropped_grant WHERE lock_id = ?", lockId);
    this.#database.run("UPDATE wanted_roster SET base_epoch = epoch WHERE lock_id = ?", lockId);
  }

  /** What the lock says it has, it will not be asked to drop again. */
  #forgetConfirmed(lockId: string): void {
    const reported = this.#database.get<{ epoch: number }>("SELECT epoch FROM reported WHERE lock_id = ?", lockId);
    if (!reported || !this.#isBase(lockId, reported.epoch)) return;
    this.#database.run("DELETE FROM dropped_grant WHERE lock_id = ? AND epoch <= ?", lockId, reported.epoch);
    this.#database.run("UPDATE wanted_roster SET base_epoch = ? WHERE lock_id = ?", reported.epoch, lockId);
  }

  #rememberDropped(lockId: string, grantId: string, epoch: number): void {
    this.#database.run(
      `INSERT INTO dropped_grant (lock_id, grant_id, since_epoch, epoch)
       SELECT lock_id, grant_id, since_epoch, ? FROM wanted_grant WHERE lock_id = ? AND grant_id = ?
       ON CONFLICT DO UPDATE SET since_epoch = min(since_epoch, excluded.since_epoch), epoch = excluded.epoch`,
      epoch,
      lockId,
      grantId,
    );
  }

  #isBase(lockId: string, epoch: number): boolean {
    const sql = "SELECT 1 FROM wanted_roster WHERE lock_id = ? AND ? BETWEEN base_epoch AND previous_epoch";
    return this.#database.get(sql, lockId, epoch) !== undefined;
  }
}
