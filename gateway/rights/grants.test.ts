import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { RequestRefused } from "../api/services.ts";
import { grantsFixture, LOCK_A, LOCK_B } from "../testing/grants-fixture.ts";
import { wantedAt } from "../testing/wanted-at.ts";
import type { GrantRequest } from "./grant-request.ts";
import { OPERATOR_GRANT_ID } from "./operator-grant.ts";

type Fixture = Awaited<ReturnType<typeof grantsFixture>>;

function wanted(fixture: Fixture, lockId: string) {
  const { claims, ids } = wantedAt(fixture, lockId);
  return { epoch: claims.epoch, ids, denied: claims.denied.map(toHex), carriedFrom: claims.carriedFrom };
}

const essential = ({ publicKey }: Fixture, more: Partial<GrantRequest> = {}): GrantRequest => ({
  locks: [LOCK_A],
  with: [{ kind: "key", publicKey }],
  rights: ["unlock", "essential"],
  ...more,
});

test("a grant is wanted at each of its locks, and at no other, when it is answered", async (t) => {
  const fixture = await grantsFixture(t);
  const { row, claims } = await fixture.grants.add(essential(fixture, { id: "0000000000000001", name: "Ann" }));
  assert.deepEqual(wanted(fixture, LOCK_A), {
    epoch: 1,
    ids: ["0000000000000001", OPERATOR_GRANT_ID],
    denied: [],
    carriedFrom: 0,
  });
  assert.equal(fixture.rosters.wanted(LOCK_B), undefined);
  assert.deepEqual(fixture.changed, [LOCK_A]);
  assert.equal(row.name, "Ann");
  assert.equal(toHex(claims.bearerKey ?? new Uint8Array()), fixture.publicKey);
  assert.deepEqual(fixture.grants.get(row.id), { row, claims });
});

test("a revoked grant leaves the rosters and is refused if it is carried to the door", async (t) => {
  const fixture = await grantsFixture(t);
  const { row } = await fixture.grants.add(essential(fixture, { locks: [LOCK_B, LOCK_A] }));
  assert.equal(await fixture.grants.revoke(row.id), true);
  for (const lockId of [LOCK_A, LOCK_B]) {
    assert.deepEqual(wanted(fixture, lockId), {
      epoch: 2,
      ids: [OPERATOR_GRANT_ID],
      denied: [row.id],
      carriedFrom: 0,
    });
  }
  assert.equal(fixture.grants.get(row.id)?.row.revokedAtMs, fixture.clock.wallMs());
});

test("revoking again changes nothing, and an id that was never granted is not found", async (t) => {
  const fixture = await grantsFixture(t);
  const { row } = await fixture.grants.add(essential(fixture));
  await fixture.grants.revoke(row.id);
  assert.equal(await fixture.grants.revoke(row.id), true);
  assert.equal(wanted(fixture, LOCK_A).epoch, 2);
  assert.equal(await fixture.grants.revoke("0000000000000009"), false);
});

test("when the denied list is full, older grants are refused by the time of their making", async (t) => {
  const fixture = await grantsFixture(t);
  const ids: string[] = [];
  for (let made = 0; made < 34; made++) {
    const { row } = await fixture.grants.add(essential(fixture));
    await fixture.grants.revoke(row.id);
    ids.push(row.id);
    fixture.clock.advance(1000);
  }
  const { denied, carriedFrom } = wanted(fixture, LOCK_A);
  assert.deepEqual(denied.toSorted(), ids.slice(2).toSorted());
  assert.equal(carriedFrom, fixture.store.get(ids[1]!)!.issuedAt + 1);
});

test("grants given at the same time are all in the roster, each change with an epoch of its own", async (t) => {
  const fixture = await grantsFixture(t);
  await Promise.all(Array.from({ length: 10 }, () => fixture.grants.add(essential(fixture))));
  const { epoch, ids } = wanted(fixture, LOCK_A);
  assert.equal(epoch, 10);
  assert.equal(ids.length, 11);
  assert.deepEqual(ids, ids.toSorted());
});

test("asking again with the same id and content answers the same grant and changes nothing", async (t) => {
  const fixture = await grantsFixture(t);
  const { grants, clock } = fixture;
  const timed = essential(fixture, { id: "0000000000000001", name: "Ann", until: "2027-01-08T00:00:00Z" });
  const { isNew, ...first } = await grants.add(timed);
  assert.equal(isNew, true);
  const { rights, with: credentials, ...others } = timed;
  assert.deepEqual(await grants.add({ with: credentials, rights, ...others }), { ...first, isNew: false });
  clock.advance(10 * 86_400_000);
  assert.deepEqual(await grants.add(timed), { ...first, isNew: false });
  await grants.revoke(first.row.id);
  const revoked = await grants.add(timed);
  assert.deepEqual([revoked.isNew, revoked.row.revokedAtMs], [false, clock.wallMs()]);
  assert.equal(wanted(fixture, LOCK_A).epoch, 2);
});

test("asking with the same id for something else is a conflict, and nothing of it is wanted", async (t) => {
  const fixture = await grantsFixture(t);
  const id = "0000000000000001";
  await fixture.grants.add(essential(fixture, { id, name: "Ann" }));
  for (const other of [{ name: "Bo" }, { locks: [LOCK_A, LOCK_B] }, { uses: 1 }, { rights: ["essential" as const] }]) {
    const asked = fixture.grants.add(essential(fixture, { id, name: "Ann", ...other }));
    await assert.rejects(asked, { code: "grant-exists" }, JSON.stringify(other));
  }
  assert.equal(wanted(fixture, LOCK_A).epoch, 1);
  assert.equal(fixture.rosters.wanted(LOCK_B), undefined);
});

test("of two requests with one id at the same time one makes the grant", async (t) => {
  const fixture = await grantsFixture(t);
  const request = essential(fixture, { id: "0000000000000001" });
  const [first, second] = await Promise.all([fixture.grants.add(request), fixture.grants.add(request)]);
  assert.deepEqual([first?.isNew, second?.isNew], [true, false]);
  assert.deepEqual(second?.row.document, first?.row.document);
});

test("a grant that would be longer than locks take is refused with its length", async (t) => {
  const fixture = await grantsFixture(t);
  const uids = Array.from({ length: 60 }, (_, i) => `04112233445${i.toString(16).padStart(3, "0")}`);
  const tags = uids.map((uid) => ({ kind: "tag" as const, uid }));
  await assert.rejects(fixture.grants.add(essential(fixture, { with: tags })), {
    code: "grant-too-large",
    message: /would have 7\d\d bytes, and a lock takes 640/,
  });
});

test("the operator's grant is signed once and stands for that lock alone", async (t) => {
  const fixture = await grantsFixture(t);
  await fixture.wanted.renew([LOCK_A, LOCK_B]);
  const [atA] = fixture.rosters.wanted(LOCK_A)!.grantDocuments;
  const [atB] = fixture.rosters.wanted(LOCK_B)!.grantDocuments;
  assert.notDeepEqual(atA, atB);
  fixture.clock.advance(5000);
  await fixture.wanted.renew([LOCK_A]);
  assert.deepEqual(fixture.rosters.wanted(LOCK_A)!.grantDocuments, [atA]);
});

test("an epoch is above what the lock has, even after the database was restored from a backup", async (t) => {
  const fixture = await grantsFixture(t);
  await fixture.locks.setReported(LOCK_A, {
    epoch: 41,
    rosterDigest: new Uint8Array(32),
    time: 0,
    flags: 0,
    seq: 1,
    batteryMillivolt: 6000,
    temperatureC: 20,
    atMs: 0,
  });
  await fixture.wanted.renew([LOCK_A]);
  assert.equal(wanted(fixture, LOCK_A).epoch, 42);
});

test("a grant outlives the lock that it was for", async (t) => {
  const fixture = await grantsFixture(t);
  const { row } = await fixture.grants.add(essential(fixture));
  await fixture.locks.remove(LOCK_A);
  assert.equal(await fixture.grants.revoke(row.id), true);
  assert.notEqual(fixture.grants.get(row.id)?.row.revokedAtMs, undefined);
});

test("a lock's table holds a thousand grants, the operator's among them", async (t) => {
  const fixture = await grantsFixture(t);
  const { row } = await fixture.grants.add(essential(fixture));
  await fixture.database.write(() => {
    for (let made = 1; made < 999; made++) {
      fixture.store.insert({ ...row, id: toHex(fixture.random.bytes(8)) });
    }
  });
  await assert.rejects(fixture.grants.add(essential(fixture)), { code: "table-full", field: "locks" });
});

test("each mistake in a request is named with its field", async (t) => {
  const fixture = await grantsFixture(t);
  const timed = { rights: ["unlock" as const] };
  const { publicKey } = fixture;
  const key = { kind: "key" as const, publicKey };
  const tag = { kind: "tag" as const, uid: "04112233445566" };
  const mistakes: [Partial<GrantRequest>, string, string][] = [
    [timed, "until", 'until is needed unless rights has "essential"'],
    [{ ...timed, until: "2026-01-01T00:00:00Z" }, "until", "until is in the past"],
    [{ ...timed, from: "2028-01-02T00:00:00Z", until: "2028-01-01T00:00:00Z" }, "until", "until is not after from"],
    [{ until: "tomorrow" }, "until", 'until must be a time like "2027-01-31T18:00:00Z"'],
    [{ from: "2200-01-01T00:00:00Z" }, "from", 'from must be a time like "2027-01-31T18:00:00Z"'],
    [
      { with: [{ ...key, publicKey: `02${"ff".repeat(32)}` }] },
      "with[0].publicKey",
      "with[0].publicKey is no compressed point on P-256",
    ],
    [{ with: [key, tag, key] }, "with[2]", "with[2] is one key too many: with[0] is there"],
    [{ with: [tag, tag] }, "with[1]", "with[1] is one tag too many: with[0] is there"],
    [{ require: 2 }, "require", 'require is 2, but "with" names 1 kind only'],
    [{ id: "0000000000000000" }, "id", "id 0000000000000000 is reserved"],
    [{ id: OPERATOR_GRANT_ID }, "id", `id ${OPERATOR_GRANT_ID} is reserved`],
    [{ locks: [] }, "locks", "locks and groups are both empty: a grant is for at least one of them"],
    [{ locks: [LOCK_A, "dddddddddddddddd"] }, "locks[1]", "no lock dddddddddddddddd is paired here"],
    [{ groups: ["laundry"] }, "groups[0]", "there is no group laundry"],
  ];
  for (const [mistake, field, sentence] of mistakes) {
    await assert.rejects(
      fixture.grants.add(essential(fixture, mistake)),
      (error) => error instanceof RequestRefused && error.field === field && error.message === sentence,
      sentence,
    );
  }
  assert.deepEqual(fixture.changed, []);
});

test("times with an offset and fractions of a second are understood", async (t) => {
  const fixture = await grantsFixture(t);
  const until = "2027-06-01T02:00:00.9+02:00";
  const { claims } = await fixture.grants.add(essential(fixture, { until, uses: 3, subject: "00000000000000ff" }));
  assert.equal(claims.expires, Date.UTC(2027, 5, 1) / 1000);
  assert.equal(claims.uses, 3);
  assert.deepEqual(claims.subject, fromHex("00000000000000ff"));
});
