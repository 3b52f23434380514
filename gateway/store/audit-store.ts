import type { Database } from "./database.ts";
import type { Role } from "./token-store.ts";

/** The newest that are kept; the oldest go. A clock that jumps takes none of them along. */
export const AUDIT_ENTRIES_MAX = 100_000;

/** Somebody asked for a change over the API. No names, no secrets, nothing about people. */
export interface AuditEntry {
  atMs: number;
  /** 16 hex digits. */
  tokenId: string;
  role: Role;
  /** The operationId. */
  operation: string;
  /** Ids, and words of the request that say what was done. */
  object: Readonly<Record<string, string | number | boolean>>;
  /** Of the answer. */
  status: number;
  /** The code of a refusal. */
  problem?: string;
}

export interface AuditRow extends AuditEntry {
  /** In the order in which they were answered; never reused. */
  entry: number;
}

/** Who asked for which change, and what came of it. */
export class AuditStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add({ atMs, tokenId, role, operation, object, status, problem }: AuditEntry): Promise<void> {
    return this.#database.write(() => {
      this.#database.run(
        "INSERT INTO audit (at_ms, token_id, role, operation, object, status, problem) VALUES (?, ?, ?, ?, ?, ?, ?)",
        atMs,
        tokenId,
        role,
        operation,
        JSON.stringify(object),
        status,
        problem ?? null,
      );
      this.#database.run("DELETE FROM audit WHERE entry <= (SELECT max(entry) FROM audit) - ?", AUDIT_ENTRIES_MAX);
    });
  }

  /** In order, those after `entry`. */
  after(entry: number, limit: number): AuditRow[] {
    return this.#database
      .all<AuditColumns>("SELECT * FROM audit WHERE entry > ? ORDER BY entry LIMIT ?", entry, limit)
      .map(auditRow);
  }
}

interface AuditColumns {
  entry: number;
  at_ms: number;
  token_id: string;
  role: Role;
  operation: string;
  object: string;
  status: number;
  problem: string | null;
}

function auditRow(columns: AuditColumns): AuditRow {
  const { entry, role, operation, status } = columns;
  return {
    entry,
    atMs: columns.at_ms,
    tokenId: columns.token_id,
    role,
    operation,
    object: JSON.parse(columns.object) as AuditEntry["object"],
    status,
    ...(columns.problem !== null && { problem: columns.problem }),
  };
}
