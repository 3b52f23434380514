import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { signGrant } from "../../../protocol/documents/grant.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { Database } from "../database.ts";
import { type Migratable, migrate } from "../migrate.ts";
import { RosterStore } from "../roster-store.ts";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { initial } from "./0001-initial.ts";
import { rights } from "./0002-rights.ts";
import { api } from "./0003-api.ts";
import { resume } from "./0004-resume.ts";
import { outbox } from "./0005-outbox.ts";

interface Sqlite extends Migratable {
  prepare(sql: string): { run(...values: unknown[]): void };
  close(): void;
}

const OpenSqlite: new (path: string) => Sqlite = createRequire(import.meta.url)("better-sqlite3");
const suite = opensslSuite;
const LOCKS = ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"] as const;

function grant(id: Uint8Array): Uint8Array {
  const random = new SeededRandom(1);
  const key = suite.p256PrivateKey((length) => random.bytes(length));
  const bearerKey = suite.p256PublicKey(key);
  const common = { subject: new Uint8Array(8), audience: [new Uint8Array(8)], issuedAt: 0, expires: 1, rights: 1 };
  return signGrant(suite, key, { ...common, id, bearerKey, credentials: [{ kind: "key" }] });
}

test("a database of before keeps its rosters and grants, each document once", (t) => {
  const path = join(temporaryDirectory(t), "portvakt.db");
  const ids = [1, 2].map((byte) => new Uint8Array(8).fill(byte));
  const grants = ids.map(grant);
  const sqlite = new OpenSqlite(path);
  migrate(sqlite, path, [initial, rights, api, resume, outbox]);
  for (const lockId of LOCKS) {
    sqlite.prepare("INSERT INTO wanted_roster VALUES (?, 3, 7, x'aabb')").run(lockId);
    for (const [position, document] of grants.entries()) {
      sqlite.prepare("INSERT INTO wanted_grant VALUES (?, ?, ?)").run(lockId, position, document);
    }
  }
  sqlite.close();

  const database = Database.open(path);
  const rosters = new RosterStore(database);
  for (const lockId of LOCKS) {
    const document = Uint8Array.of(0xaa, 0xbb);
    assert.deepEqual(rosters.wanted(lockId), { lockId, generation: 3, epoch: 7, document, grantDocuments: grants });
    assert.deepEqual(
      rosters.entries(lockId),
      ids.map((id, i) => ({ id: toHex(id), hash: suite.sha256(grants[i]!), bytes: grants[i]!.length })),
    );
    assert.equal(rosters.changesSince(lockId, 6), undefined);
  }
  assert.equal(database.get<{ count: number }>("SELECT count(*) AS count FROM grant_document")?.count, 2);
  database.close();
});
