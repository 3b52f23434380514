import type { Migration } from "./migration.ts";

/** Events get two more kinds, and their table is written anew for it: SQLite can not alter a CHECK. */
export const outbox: Migration = {
  number: 5,
  name: "outbox",
  sql: `
    CREATE TABLE event_of_any_kind (
      cursor INTEGER PRIMARY KEY AUTOINCREMENT,
      lock_id TEXT NOT NULL,
      generation INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('record', 'head', 'asked-head', 'gap', 'lost')),
      payload BLOB NOT NULL,
      received_at_ms INTEGER NOT NULL,
      UNIQUE (lock_id, generation, seq, kind)
    ) STRICT;
    INSERT INTO event_of_any_kind SELECT * FROM event ORDER BY cursor;
    DROP TABLE event;
    ALTER TABLE event_of_any_kind RENAME TO event;
    CREATE INDEX event_by_lock ON event (lock_id, cursor);

    ALTER TABLE log_position ADD COLUMN head_through INTEGER NOT NULL DEFAULT 0;
    UPDATE log_position SET head_through = coalesce((
      SELECT max(seq) FROM event
      WHERE event.lock_id = log_position.lock_id AND event.generation = log_position.generation AND kind = 'head'), 0);

    -- The last cursor of this lock that retention has taken away.
    ALTER TABLE delivery ADD COLUMN pruned_cursor INTEGER NOT NULL DEFAULT 0;

    -- "Through this cursor everything was delivered by then", now and again, for retention.
    CREATE TABLE delivery_mark (
      lock_id TEXT NOT NULL,
      at_ms INTEGER NOT NULL,
      cursor INTEGER NOT NULL,
      PRIMARY KEY (lock_id, at_ms)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO delivery_mark SELECT lock_id, 0, cursor FROM delivery;

    -- Alarms that no lane of their own has taken to the backend yet.
    CREATE TABLE alarm (
      cursor INTEGER PRIMARY KEY,
      lock_id TEXT NOT NULL
    ) STRICT;
    CREATE INDEX alarm_by_lock ON alarm (lock_id, cursor);

    -- Events that the backend will not take, until a person decides.
    CREATE TABLE set_aside (
      cursor INTEGER PRIMARY KEY,
      lock_id TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('held', 'retry', 'dropped')),
      is_report_refused INTEGER NOT NULL DEFAULT 0,
      why TEXT NOT NULL,
      at_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX set_aside_by_lock ON set_aside (lock_id, cursor);

    -- Receipts that a backend's issuer has signed, on their way to the locks.
    CREATE TABLE carried_receipt (
      lock_id TEXT NOT NULL,
      generation INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      document BLOB NOT NULL,
      PRIMARY KEY (lock_id, generation)
    ) STRICT, WITHOUT ROWID;
  `,
};
