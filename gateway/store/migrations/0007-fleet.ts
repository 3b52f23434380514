import type { Migration } from "./migration.ts";

/** What a gateway keeps whose issuer is elsewhere. */
export const fleet: Migration = {
  number: 7,
  name: "fleet",
  sql: `
    CREATE TABLE fleet (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      gateway_id BLOB NOT NULL,
      -- As the configuration last named it.
      configured_key BLOB NOT NULL,
      -- The one issuer that is listened to, once one has been heard.
      issuer_id TEXT
    ) STRICT;

    -- Keys of the issuer, each but the first named by the one before it.
    CREATE TABLE issuer_key (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      public_key BLOB NOT NULL UNIQUE
    ) STRICT;

    -- Signed grants that rosters may name.
    CREATE TABLE shelved_grant (
      grant_id TEXT PRIMARY KEY,
      document BLOB NOT NULL,
      at_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX shelved_grant_by_age ON shelved_grant (at_ms);

    -- Rosters that take away so much that a person is asked first.
    CREATE TABLE held_roster (
      lock_id TEXT PRIMARY KEY REFERENCES lock ON DELETE CASCADE,
      generation INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      document BLOB NOT NULL,
      revokes INTEGER NOT NULL,
      grants_before INTEGER NOT NULL,
      at_ms INTEGER NOT NULL
    ) STRICT;
    -- What it differs in from the wanted one: grants that come, and those without a document go.
    CREATE TABLE held_grant (
      lock_id TEXT NOT NULL REFERENCES held_roster ON DELETE CASCADE,
      grant_id TEXT NOT NULL,
      document BLOB,
      PRIMARY KEY (lock_id, grant_id)
    ) STRICT, WITHOUT ROWID;

    -- How many grants rosters have taken away lately.
    CREATE TABLE recent_revocation (
      at_ms INTEGER NOT NULL,
      grants INTEGER NOT NULL
    ) STRICT;
  `,
};
