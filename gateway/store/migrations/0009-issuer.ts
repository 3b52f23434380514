import type { Migration } from "./migration.ts";

/** What an issuer keeps whose gateways are elsewhere, and what carried grants and a new key need wherever rights are made. */
export const issuer: Migration = {
  number: 9,
  name: "issuer",
  sql: `
    -- Drawn once; a gateway takes documents of one issuer alone.
    CREATE TABLE issuer_identity (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      issuer_id TEXT NOT NULL
    ) STRICT;

    -- What each gateway said last of a lock. Epochs: of the roster in the lock itself, and of the one that is to come there.
    CREATE TABLE lock_report (
      lock_id TEXT NOT NULL REFERENCES lock ON DELETE CASCADE,
      gateway_id TEXT NOT NULL,
      generation INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      wanted_epoch INTEGER NOT NULL,
      report TEXT NOT NULL,
      PRIMARY KEY (lock_id, gateway_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX lock_report_by_gateway ON lock_report (gateway_id);

    -- "The roster with this epoch is meant to take away as many grants."
    CREATE TABLE meant_revocation (
      lock_id TEXT PRIMARY KEY REFERENCES lock ON DELETE CASCADE,
      epoch INTEGER NOT NULL,
      grants INTEGER NOT NULL
    ) STRICT;

    -- Not in tables, but shown at the door by its bearer.
    ALTER TABLE access_grant ADD COLUMN is_carried INTEGER NOT NULL DEFAULT 0;
    -- Seconds since 1970: until then a lock must be told if it is revoked. 0 = it needs no telling; NULL = always.
    ALTER TABLE access_grant ADD COLUMN denied_until INTEGER;
    -- Its bearer has not been given the document in its present form.
    ALTER TABLE access_grant ADD COLUMN is_to_hand_out INTEGER NOT NULL DEFAULT 0;

    -- The last change of the issuer's key, and the first roster of each lock that was signed under the new one.
    CREATE TABLE key_change (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      new_issuer_pk BLOB NOT NULL,
      document BLOB NOT NULL
    ) STRICT;
    CREATE TABLE key_move (
      lock_id TEXT PRIMARY KEY REFERENCES lock ON DELETE CASCADE,
      generation INTEGER NOT NULL,
      epoch INTEGER NOT NULL
    ) STRICT;
  `,
};
