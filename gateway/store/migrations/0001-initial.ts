import type { Migration } from "./migration.ts";

export const initial: Migration = {
  number: 1,
  name: "initial",
  sql: `
    CREATE TABLE lock (
      lock_id TEXT PRIMARY KEY,
      via TEXT NOT NULL,
      model TEXT NOT NULL,
      hardware INTEGER NOT NULL,
      firmware INTEGER NOT NULL,
      sig_pk BLOB NOT NULL,
      box_pk BLOB NOT NULL,
      generation INTEGER NOT NULL,
      paired_at_ms INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE reported (
      lock_id TEXT PRIMARY KEY REFERENCES lock ON DELETE CASCADE,
      epoch INTEGER NOT NULL,
      roster_digest BLOB NOT NULL,
      time INTEGER NOT NULL,
      flags INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      battery_millivolt INTEGER NOT NULL,
      temperature_c INTEGER NOT NULL,
      at_ms INTEGER NOT NULL
    ) STRICT;

    -- A slot stands before its lock does: PMK is committed before P3 is sent.
    CREATE TABLE slot (
      lock_id TEXT PRIMARY KEY,
      slot INTEGER NOT NULL,
      pmk BLOB NOT NULL,
      live INTEGER NOT NULL,
      rms BLOB,
      n INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE pairing (
      id TEXT PRIMARY KEY,
      via TEXT NOT NULL,
      lock_id TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
      step TEXT NOT NULL,
      error TEXT,
      created_at_ms INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE access_grant (
      id TEXT PRIMARY KEY,
      subject TEXT NOT NULL,
      name TEXT,
      issued_at INTEGER NOT NULL,
      document BLOB NOT NULL,
      created_at_ms INTEGER NOT NULL,
      revoked_at_ms INTEGER
    ) STRICT;

    CREATE TABLE access_grant_lock (
      lock_id TEXT NOT NULL,
      grant_id TEXT NOT NULL REFERENCES access_grant ON DELETE CASCADE,
      PRIMARY KEY (lock_id, grant_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX access_grant_lock_by_grant ON access_grant_lock (grant_id);

    -- The grant that stands in every roster, one for each lock: signed once for each operator's key.
    CREATE TABLE operator_grant (
      lock_id TEXT NOT NULL,
      operator_pk BLOB NOT NULL,
      document BLOB NOT NULL,
      PRIMARY KEY (lock_id, operator_pk)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE wanted_roster (
      lock_id TEXT PRIMARY KEY,
      generation INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      document BLOB NOT NULL
    ) STRICT;

    CREATE TABLE wanted_grant (
      lock_id TEXT NOT NULL REFERENCES wanted_roster ON DELETE CASCADE,
      position INTEGER NOT NULL,
      document BLOB NOT NULL,
      PRIMARY KEY (lock_id, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE event (
      cursor INTEGER PRIMARY KEY AUTOINCREMENT,
      lock_id TEXT NOT NULL,
      generation INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('record', 'head', 'gap')),
      payload BLOB NOT NULL,
      received_at_ms INTEGER NOT NULL,
      UNIQUE (lock_id, generation, seq, kind)
    ) STRICT;
    CREATE INDEX event_by_lock ON event (lock_id, cursor);

    -- How far each generation's log has come: here, at the backend, and back at the lock.
    CREATE TABLE log_position (
      lock_id TEXT NOT NULL,
      generation INTEGER NOT NULL,
      seq INTEGER NOT NULL DEFAULT 0,
      head BLOB,
      durable_through INTEGER NOT NULL DEFAULT 0,
      acked_through INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (lock_id, generation)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE delivery (
      lock_id TEXT PRIMARY KEY,
      cursor INTEGER NOT NULL
    ) STRICT;
  `,
};
