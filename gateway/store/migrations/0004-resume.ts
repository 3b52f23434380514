import type { Migration } from "./migration.ts";

/** An RMS of before has no age and is not taken over: the next session is opened (protocol.md §4). */
export const resume: Migration = {
  number: 4,
  name: "resume",
  sql: `
    -- One slot in use and, while it is being paired again, one that may or may not take its place.
    CREATE TABLE slot_of_lock (
      lock_id TEXT NOT NULL,
      live INTEGER NOT NULL CHECK (live IN (0, 1)),
      slot INTEGER NOT NULL,
      pmk BLOB NOT NULL,
      rms BLOB,
      rms_since_n INTEGER,
      rms_since_ms INTEGER,
      n INTEGER NOT NULL,
      PRIMARY KEY (lock_id, live)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO slot_of_lock (lock_id, live, slot, pmk, n) SELECT lock_id, live, slot, pmk, n FROM slot;
    DROP TABLE slot;
    ALTER TABLE slot_of_lock RENAME TO slot;

    -- One row: the wall clock when the gateway last believed it.
    CREATE TABLE gateway_time (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      wall_ms INTEGER NOT NULL
    ) STRICT;

    -- One row: inode and time of change of the file that the last start has left beside the database.
    CREATE TABLE last_start (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      mark TEXT NOT NULL
    ) STRICT;
  `,
};
