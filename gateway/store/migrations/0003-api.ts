import type { Migration } from "./migration.ts";

export const api: Migration = {
  number: 3,
  name: "api",
  sql: `
    CREATE TABLE api_token (
      id TEXT PRIMARY KEY,
      name TEXT,
      role TEXT NOT NULL CHECK (role IN ('viewer', 'installer', 'operator', 'admin')),
      -- SHA-256 of its secret part.
      hash BLOB NOT NULL,
      created_at_ms INTEGER NOT NULL,
      expires_at_ms INTEGER,
      revoked_at_ms INTEGER,
      -- 2027-01-07, so that use costs one write a day.
      last_used_day TEXT
    ) STRICT;

    -- Requests with an Idempotency-Key; status is NULL until there is an answer.
    CREATE TABLE keyed_request (
      token_id TEXT NOT NULL,
      key_hash TEXT NOT NULL,
      -- HMAC under the key of path and body.
      fingerprint BLOB NOT NULL,
      -- Counts the hours in which the daemon ran: a wall clock may jump by years.
      hours_kept INTEGER NOT NULL DEFAULT 0,
      status INTEGER,
      headers TEXT,
      body TEXT,
      UNIQUE (token_id, key_hash)
    ) STRICT;
  `,
};
