import type { Migration } from "./migration.ts";

/** Tokens get a scope, a key instead of a secret, and another role; their table is written anew: SQLite can not alter a CHECK. */
export const access: Migration = {
  number: 8,
  name: "access",
  sql: `
    CREATE TABLE api_token_with_scope (
      id TEXT PRIMARY KEY,
      name TEXT,
      role TEXT NOT NULL CHECK (role IN ('viewer', 'installer', 'operator', 'tenant-administrator', 'admin')),
      -- SHA-256 of its secret part.
      hash BLOB,
      -- Of a token that signs its requests: a compressed P-256 point.
      public_key BLOB,
      -- JSON {"locks": […], "groups": […]}; NULL is the whole gateway.
      scope TEXT,
      created_at_ms INTEGER NOT NULL,
      expires_at_ms INTEGER,
      revoked_at_ms INTEGER,
      -- 2027-01-07, so that use costs one write a day.
      last_used_day TEXT,
      CHECK ((hash IS NULL) <> (public_key IS NULL)),
      CHECK (role <> 'tenant-administrator' OR scope IS NOT NULL)
    ) STRICT;
    INSERT INTO api_token_with_scope (id, name, role, hash, created_at_ms, expires_at_ms, revoked_at_ms, last_used_day)
      SELECT id, name, role, hash, created_at_ms, expires_at_ms, revoked_at_ms, last_used_day FROM api_token;
    DROP TABLE api_token;
    ALTER TABLE api_token_with_scope RENAME TO api_token;

    -- Who asked for which change, and what came of it. No names, no secrets.
    CREATE TABLE audit (
      entry INTEGER PRIMARY KEY AUTOINCREMENT,
      at_ms INTEGER NOT NULL,
      token_id TEXT NOT NULL,
      role TEXT NOT NULL,
      operation TEXT NOT NULL,
      -- JSON: ids, and words of the request that say what was done.
      object TEXT NOT NULL,
      status INTEGER NOT NULL,
      -- Of a refusal.
      problem TEXT
    ) STRICT;
  `,
};
