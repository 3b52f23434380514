import type { Database } from "./database.ts";

export const ROLES = ["viewer", "installer", "operator", "tenant-administrator", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Locks and groups by their ids, 16 hex digits each, in ascending order; not both empty. */
export interface TokenScope {
  locks: string[];
  groups: string[];
}

/** A token of the API, without its secret. `id` is 16 hex digits. */
export interface TokenRow {
  id: string;
  name?: string;
  role: Role;
  /** Of a bearer token: SHA-256 of its secret part, 32 bytes. */
  hash?: Uint8Array;
  /** Of one that signs its requests: a compressed P-256 point, 33 bytes. */
  publicKey?: Uint8Array;
  /** What of the gateway it may see and touch; all of it if absent. */
  scope?: TokenScope;
  createdAtMs: number;
  expiresAtMs?: number;
  revokedAtMs?: number;
  /** Like 2027-01-07, UTC. */
  lastUsedDay?: string;
}

/** Tokens, revoked ones included: a revoked id never lives again. Changes happen inside `Database.write`. */
export class TokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(id: string): TokenRow | undefined {
    const columns = this.#database.get<TokenColumns>("SELECT * FROM api_token WHERE id = ?", id);
    return columns && tokenRow(columns);
  }

  /** In order of id, those with an id above `after`. */
  list(after: string, limit: number): TokenRow[] {
    return this.#database
      .all<TokenColumns>("SELECT * FROM api_token WHERE id > ? ORDER BY id LIMIT ?", after, limit)
      .map(tokenRow);
  }

  /** How many there are, revoked ones included. */
  count(): number {
    return this.#database.get<{ count: number }>("SELECT count(*) AS count FROM api_token")?.count ?? 0;
  }

  /** Whether a token other than this one is an admin's of all, for good: neither revoked nor ever to expire. */
  hasOtherAdmin(id: string): boolean {
    const found = this.#database.get(
      `SELECT 1 FROM api_token
       WHERE id <> ? AND role = 'admin' AND scope IS NULL AND revoked_at_ms IS NULL AND expires_at_ms IS NULL LIMIT 1`,
      id,
    );
    return found !== undefined;
  }

  insert(token: Omit<TokenRow, "revokedAtMs" | "lastUsedDay">): void {
    this.#database.run(
      `INSERT INTO api_token (id, name, role, hash, public_key, scope, created_at_ms, expires_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      token.id,
      token.name ?? null,
      token.role,
      token.hash ?? null,
      token.publicKey ?? null,
      token.scope ? JSON.stringify(token.scope) : null,
      token.createdAtMs,
      token.expiresAtMs ?? null,
    );
  }

  revoke(id: string, revokedAtMs: number): void {
    this.#database.run(
      "UPDATE api_token SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL",
      revokedAtMs,
      id,
    );
  }

  setLastUsedDay(id: string, day: string): void {
    this.#database.run("UPDATE api_token SET last_used_day = ? WHERE id = ?", day, id);
  }
}

interface TokenColumns {
  id: string;
  name: string | null;
  role: Role;
  hash: Uint8Array | null;
  public_key: Uint8Array | null;
  scope: string | null;
  created_at_ms: number;
  expires_at_ms: number | null;
  revoked_at_ms: number | null;
  last_used_day: string | null;
}

function tokenRow(columns: TokenColumns): TokenRow {
  return {
    id: columns.id,
    ...(columns.name !== null && { name: columns.name }),
    role: columns.role,
    ...(columns.hash !== null && { hash: columns.hash }),
    ...(columns.public_key !== null && { publicKey: columns.public_key }),
    ...(columns.scope !== null && { scope: JSON.parse(columns.scope) as TokenScope }),
    createdAtMs: columns.created_at_ms,
    ...(columns.expires_at_ms !== null && { expiresAtMs: columns.expires_at_ms }),
    ...(columns.revoked_at_ms !== null && { revokedAtMs: columns.revoked_at_ms }),
    ...(columns.last_used_day !== null && { lastUsedDay: columns.last_used_day }),
  };
}
