import type { Migration } from "./migration.ts";

export const rights: Migration = {
  number: 2,
  name: "rights",
  sql: `
    CREATE TABLE lock_group (
      group_id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      created_at_ms INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE lock_group_member (
      lock_id TEXT NOT NULL REFERENCES lock ON DELETE CASCADE,
      group_id TEXT NOT NULL REFERENCES lock_group ON DELETE CASCADE,
      PRIMARY KEY (lock_id, group_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX lock_group_member_by_group ON lock_group_member (group_id);

    -- Outlives its group: a revoked grant must stay refused if a group with the same id is made again.
    CREATE TABLE access_grant_group (
      group_id TEXT NOT NULL,
      grant_id TEXT NOT NULL REFERENCES access_grant ON DELETE CASCADE,
      PRIMARY KEY (group_id, grant_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX access_grant_group_by_grant ON access_grant_group (grant_id);

    -- What was asked for, as a hash; by whose secrets the PIN and the tags are checked; whether there is a PIN.
    ALTER TABLE access_grant ADD COLUMN content TEXT NOT NULL DEFAULT '';
    ALTER TABLE access_grant ADD COLUMN stair TEXT;
    ALTER TABLE access_grant ADD COLUMN has_pin INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX access_grant_by_stair ON access_grant (stair);

    -- As JSON: only what differs from the site's and the protocol's defaults. They outlive the lock as its grants do:
    -- those with a PIN or a tag depend on its stair.
    CREATE TABLE lock_settings (
      lock_id TEXT PRIMARY KEY,
      settings TEXT NOT NULL
    ) STRICT;

    -- The site's, as days since 1970.
    CREATE TABLE holiday (
      day INTEGER PRIMARY KEY
    ) STRICT;

    CREATE TABLE stair_secrets (
      stair TEXT PRIMARY KEY,
      tag_master_key BLOB NOT NULL,
      pin_pepper BLOB NOT NULL
    ) STRICT;

    CREATE TABLE sealed_secrets (
      lock_id TEXT PRIMARY KEY REFERENCES lock ON DELETE CASCADE,
      stair TEXT NOT NULL,
      box_pk BLOB NOT NULL,
      sealed BLOB NOT NULL
    ) STRICT;
  `,
};
