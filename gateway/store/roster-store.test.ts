import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { LockStore } from "./lock-store.ts";
import { type GrantDocument, RosterStore } from "./roster-store.ts";
import { temporaryDatabase } from "./testing/temporary-database.ts";

const LOCK = "aaaaaaaaaaaaaaaa";
const OTHER = "bbbbbbbbbbbbbbbb";

const PAIRED = {
  via: "tcp://127.0.0.1:7001",
  model: "sim",
  hardware: 1,
  firmware: 1,
  sigPk: new Uint8Array(33),
  boxPk: new Uint8Array(33),
  generation: 0,
  pairedAtMs: 0,
};
const REPORTED = {
  rosterDigest: new Uint8Array(32),
  time: 0,
  flags: 0,
  seq: 0,
  batteryMillivolt: 6_000,
  temperatureC: 20,
  atMs: 0,
};

/** Grant `id` in its nth edition. */
function grant(id: number, edition = 1): GrantDocument {
  const bytes = Uint8Array.of(id, edition);
  return { id: id.toString(16).padStart(16, "0"), hash: bytes, document: bytes };
}

function setUp(t: TestContext) {
  const database = temporaryDatabase(t);
  const rosters = new RosterStore(database);
  const want = (lockId: string, epoch: number, grants: GrantDocument[], generation = 0) =>
    database.write(() => {
      const document = Uint8Array.of(epoch);
      rosters.replace({ lockId, generation, epoch, document }, rosters.differenceTo(lockId, grants));
    });
  const locks = new LockStore(database);
  const confirm = async (epoch: number) => {
    await locks.put({ ...PAIRED, lockId: LOCK });
    await locks.setReported(LOCK, { ...REPORTED, epoch });
  };
  const rows = (table: "grant_document" | "dropped_grant") =>
    database.get<{ count: number }>(
      table === "grant_document"
        ? "SELECT count(*) AS count FROM grant_document"
        : "SELECT count(*) AS count FROM dropped_grant",
    )?.count;
  return { database, rosters, want, confirm, rows };
}

const puts = (...numbers: number[]) => ids(...numbers).map((id) => ({ id, bytes: 2 }));
const ids = (...numbers: number[]) => numbers.map((id) => grant(id).id);

test("a wanted roster is read as it was put, its grants in order of id", async (t) => {
  const { rosters, want } = setUp(t);
  await want(LOCK, 1, [grant(1), grant(2)]);
  await want(LOCK, 2, [grant(2), grant(3, 7)]);
  assert.deepEqual(rosters.wanted(LOCK), {
    lockId: LOCK,
    generation: 0,
    epoch: 2,
    document: Uint8Array.of(2),
    grantDocuments: [grant(2).document, grant(3, 7).document],
  });
  assert.equal(rosters.wanted(OTHER), undefined);
  assert.equal(rosters.wantedEpoch(OTHER), 0);
});

test("a document is kept once for all locks, and no longer than one of them shall have it", async (t) => {
  const { database, want, rows } = setUp(t);
  await want(LOCK, 1, [grant(1), grant(2)]);
  await want(OTHER, 1, [grant(1)]);
  assert.equal(rows("grant_document"), 2);
  await want(LOCK, 2, [grant(2, 2)]);
  assert.equal(rows("grant_document"), 2);
  await want(OTHER, 2, []);
  assert.equal(rows("grant_document"), 1);
  await database.write(() => {
    database.run("DELETE FROM wanted_roster WHERE lock_id = ?", LOCK);
  });
  assert.equal(rows("grant_document"), 0);
});

test("what separates an earlier epoch from the wanted one is known without its table", async (t) => {
  const { rosters, want } = setUp(t);
  await want(LOCK, 1, [grant(1), grant(2)]);
  await want(LOCK, 2, [grant(1), grant(3)]);
  await want(LOCK, 3, [grant(1, 2), grant(4)]);
  assert.deepEqual(rosters.changesSince(LOCK, 2), { put: puts(1, 4), drop: ids(3) });
  assert.deepEqual(rosters.changesSince(LOCK, 1), { put: puts(1, 4), drop: ids(2) });
  assert.deepEqual(rosters.changesSince(LOCK, 0), { put: puts(1, 4), drop: [] });
});

test("of an epoch that was never wanted here nothing is known", async (t) => {
  const { rosters, want } = setUp(t);
  await want(LOCK, 5, [grant(1)]);
  await want(LOCK, 9, [grant(1)]);
  assert.notEqual(rosters.changesSince(LOCK, 5), undefined);
  for (const epoch of [1, 4, 7, 9, 10]) assert.equal(rosters.changesSince(LOCK, epoch), undefined, `${epoch}`);
});

test("a grant that came back is put, not dropped", async (t) => {
  const { rosters, want } = setUp(t);
  await want(LOCK, 1, [grant(1), grant(2)]);
  await want(LOCK, 2, [grant(2)]);
  await want(LOCK, 3, [grant(1), grant(2)]);
  assert.deepEqual(rosters.changesSince(LOCK, 1), { put: puts(1), drop: [] });
});

test("only a roster that takes away what the lock has is a revocation", async (t) => {
  const { rosters, want } = setUp(t);
  await want(LOCK, 1, [grant(1)]);
  await want(LOCK, 2, [grant(1), grant(2)]);
  assert.equal(rosters.takesAway(LOCK, 1), false);
  await want(LOCK, 3, [grant(1)]);
  assert.equal(rosters.takesAway(LOCK, 1), false, "the lock never had it");
  assert.equal(rosters.takesAway(LOCK, 2), true);
  await want(LOCK, 4, [grant(1, 2)]);
  assert.equal(rosters.takesAway(LOCK, 3), true, "a grant with other bytes may allow less");
  assert.equal(rosters.takesAway(LOCK, 4), false);
  assert.equal(rosters.takesAway(LOCK, 0), false);
});

test("what the lock has confirmed is forgotten", async (t) => {
  const { rosters, want, confirm, rows } = setUp(t);
  for (let epoch = 1; epoch <= 10; epoch++) {
    await want(LOCK, epoch, [grant(epoch)]);
    if (epoch > 1) await confirm(epoch - 1);
  }
  assert.equal(rows("dropped_grant"), 2);
  assert.equal(rosters.changesSince(LOCK, 3), undefined);
  assert.deepEqual(rosters.changesSince(LOCK, 9), { put: puts(10), drop: ids(9) });
});

test("a lock that has been away for too many changes is asked", async (t) => {
  const { rosters, want, rows } = setUp(t);
  const many = (from: number) => Array.from({ length: 600 }, (_, i) => grant(from + i));
  for (const [epoch, from] of [1, 1000, 2000, 3000].entries()) await want(LOCK, epoch + 1, many(from));
  assert.equal(rosters.changesSince(LOCK, 1), undefined);
  assert.equal(rosters.takesAway(LOCK, 1), true);
  assert((rows("dropped_grant") ?? 0) <= 1_600);
});

test("a lock of a new generation begins with an empty table", async (t) => {
  const { rosters, want } = setUp(t);
  await want(LOCK, 1, [grant(1)]);
  await want(LOCK, 2, [grant(2)], 1);
  assert.deepEqual(rosters.changesSince(LOCK, 0), { put: puts(2), drop: [] });
  assert.equal(rosters.changesSince(LOCK, 1), undefined);
});
