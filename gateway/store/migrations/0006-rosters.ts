import { opensslSuite } from "../../../crypto/openssl.ts";
import { grantId } from "../../../protocol/documents/grant.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { Migration } from "./migration.ts";

/** A grant for two hundred locks is kept once, and what has changed since an earlier epoch can be told without asking the lock. */
export const rosters: Migration = {
  number: 6,
  name: "rosters",
  functions: {
    sha256: (document) => opensslSuite.sha256(document),
    grant_id: (document) => {
      const id = grantId(document);
      if (!id.ok) throw new RangeError("a wanted grant is none");
      return toHex(id.value);
    },
  },
  sql: `
    CREATE TABLE grant_document (
      document_id INTEGER PRIMARY KEY,
      hash BLOB NOT NULL UNIQUE,
      document BLOB NOT NULL
    ) STRICT;
    INSERT INTO grant_document (hash, document)
      SELECT sha256(document), document FROM (SELECT DISTINCT document FROM wanted_grant);

    -- From base_epoch through previous_epoch, it is known what differs from the roster that is wanted now.
    ALTER TABLE wanted_roster ADD COLUMN base_epoch INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE wanted_roster ADD COLUMN previous_epoch INTEGER NOT NULL DEFAULT 0;
    UPDATE wanted_roster SET base_epoch = epoch, previous_epoch = epoch;

    CREATE TABLE wanted_grant_of_lock (
      lock_id TEXT NOT NULL REFERENCES wanted_roster ON DELETE CASCADE,
      grant_id TEXT NOT NULL,
      document_id INTEGER NOT NULL REFERENCES grant_document,
      since_epoch INTEGER NOT NULL,
      PRIMARY KEY (lock_id, grant_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO wanted_grant_of_lock
      SELECT lock_id, grant_id(wanted_grant.document), document_id, epoch
      FROM wanted_grant JOIN wanted_roster USING (lock_id) JOIN grant_document ON hash = sha256(wanted_grant.document);
    DROP TABLE wanted_grant;
    ALTER TABLE wanted_grant_of_lock RENAME TO wanted_grant;
    CREATE INDEX wanted_grant_by_document ON wanted_grant (document_id);

    -- Stood in the rosters from since_epoch up to, not including, epoch, and was then taken out or replaced.
    CREATE TABLE dropped_grant (
      lock_id TEXT NOT NULL REFERENCES wanted_roster ON DELETE CASCADE,
      grant_id TEXT NOT NULL,
      since_epoch INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      PRIMARY KEY (lock_id, grant_id)
    ) STRICT, WITHOUT ROWID;

    -- A document that no lock shall have any more is not kept: it may be a person's who wants to be forgotten.
    CREATE TRIGGER forget_document_of_removed AFTER DELETE ON wanted_grant BEGIN
      DELETE FROM grant_document WHERE document_id = OLD.document_id
        AND NOT EXISTS (SELECT 1 FROM wanted_grant WHERE document_id = OLD.document_id);
    END;
    CREATE TRIGGER forget_document_of_replaced AFTER UPDATE OF document_id ON wanted_grant BEGIN
      DELETE FROM grant_document WHERE document_id = OLD.document_id
        AND NOT EXISTS (SELECT 1 FROM wanted_grant WHERE document_id = OLD.document_id);
    END;

    -- When the lock last confirmed that it has the roster that was wanted then, and from when on that one is stale.
    ALTER TABLE reported ADD COLUMN confirmed_at_ms INTEGER;
    ALTER TABLE reported ADD COLUMN confirmed_stale_after INTEGER;

    -- The last roster that a lock had and nobody here had made, how often such have been overwritten since a person or the issuer
    -- decided, and the epoch of the roster that did it last.
    CREATE TABLE foreign_roster (
      lock_id TEXT PRIMARY KEY REFERENCES lock ON DELETE CASCADE,
      epoch INTEGER NOT NULL,
      digest BLOB NOT NULL,
      at_ms INTEGER NOT NULL,
      renewals INTEGER NOT NULL,
      renewed_epoch INTEGER NOT NULL
    ) STRICT;
  `,
};
