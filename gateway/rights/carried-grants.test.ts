import assert from "node:assert/strict";
import { test } from "node:test";
import { parseGrant } from "../../protocol/documents/grant.ts";
import { DENIED_MAX } from "../../protocol/documents/roster.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { grantsFixture, LOCK_A, LOCK_B } from "../testing/grants-fixture.ts";
import { wantedAt } from "../testing/wanted-at.ts";
import type { GrantRequest } from "./grant-request.ts";
import { OPERATOR_GRANT_ID } from "./operator-grant.ts";

const DAY_MS = 86_400_000;
const SOON = "2027-02-01T00:00:00Z";
const LATER = "2027-06-01T00:00:00Z";

/** Two locks that are in one group and have their first rosters. */
async function setUp(t: Parameters<typeof grantsFixture>[0]) {
  const fixture = await grantsFixture(t);
  const { grants, groups, publicKey, wanted } = fixture;
  await wanted.renew([LOCK_A, LOCK_B]);
  await groups.add({ name: "district", locks: [LOCK_A, LOCK_B] });
  const carry = async (more: Partial<GrantRequest> = {}) => {
    const request: GrantRequest = {
      groups: ["district"],
      with: [{ kind: "key", publicKey }],
      rights: ["unlock"],
      until: LATER,
      carried: true,
      ...more,
    };
    return (await grants.add(request)).row;
  };
  const at = (lockId: string) => {
    const { claims, ids } = wantedAt(fixture, lockId);
    return { epoch: claims.epoch, ids, denied: claims.denied.map(toHex), carriedFrom: claims.carriedFrom };
  };
  const claimsOf = (document: Uint8Array) => {
    const grant = parseGrant(fixture.suite, document);
    assert.ok(grant.ok);
    return grant.value.claims;
  };
  const toHandOut = () => fixture.store.toHandOut().map(({ id }) => id);
  const handOut = (id: string) => fixture.database.write(() => fixture.store.handedOut(id));
  /** One more than the list holds, all at once. */
  const revokeMany = async (place: Partial<GrantRequest>) => {
    const ids: string[] = [];
    for (let made = 0; made <= DENIED_MAX; made++) ids.push((await carry(place)).id);
    await fixture.database.write(() => {
      for (const id of ids) fixture.store.revoke(id, fixture.clock.wallMs());
    });
    await wanted.renew([LOCK_A, LOCK_B]);
  };
  return { ...fixture, carry, at, claimsOf, toHandOut, handOut, revokeMany };
}

test("a carried grant is in no table and makes no roster; its document is to be handed out", async (t) => {
  const { carry, at, store } = await setUp(t);
  const before = [at(LOCK_A), at(LOCK_B)];
  const row = await carry();
  assert.deepEqual([at(LOCK_A), at(LOCK_B)], before);
  assert.deepEqual(before[0]?.ids, [OPERATOR_GRANT_ID]);
  assert.deepEqual(store.toHandOut(), [row]);
});

test("what opens by anything but a key can not be carried", async (t) => {
  const { carry, publicKey } = await setUp(t);
  const refused = { code: "field-invalid", field: "with[1]" };
  await assert.rejects(carry({ with: [{ kind: "key", publicKey }, { kind: "pin" }] }), refused);
});

test("a revoked carried grant is denied at every lock that it reaches until it has ended, and a day longer", async (t) => {
  const { carry, at, grants, wanted, clock } = await setUp(t);
  const { id } = await carry({ until: SOON });
  await grants.revoke(id);
  assert.deepEqual([at(LOCK_A).denied, at(LOCK_B).denied], [[id], [id]]);
  clock.advance(Date.parse(SOON) + DAY_MS - 1000 - clock.wallMs());
  await wanted.renew([LOCK_A]);
  assert.deepEqual(at(LOCK_A).denied, [id]);
  clock.advance(1000);
  await wanted.renew([LOCK_A]);
  assert.deepEqual(at(LOCK_A).denied, []);
});

test("an essential grant stays denied for good: a lock without the time ignores its end", async (t) => {
  const { carry, at, grants, wanted, clock } = await setUp(t);
  const { id } = await carry({ rights: ["unlock", "essential"], until: SOON });
  await grants.revoke(id);
  clock.advance(1000 * DAY_MS);
  await wanted.renew([LOCK_A]);
  assert.deepEqual(at(LOCK_A).denied, [id]);
});

test("a grant that nobody can carry for want of a key takes no place on the denied list", async (t) => {
  const { at, grants } = await setUp(t);
  const { row } = await grants.add({ locks: [LOCK_A], with: [{ kind: "pin" }], rights: ["unlock"], until: LATER });
  await grants.revoke(row.id);
  assert.deepEqual(at(LOCK_A).denied, []);
});

test("when the denied list is full, the living are issued again by themselves and have to be handed out again", async (t) => {
  const { carry, at, grants, clock, claimsOf, toHandOut, handOut } = await setUp(t);
  const living = await carry();
  clock.advance(1000);
  const revoked: string[] = [];
  for (let made = 0; made <= DENIED_MAX; made++) revoked.push((await carry()).id);
  clock.advance(1000);
  const young = await carry();
  for (const id of toHandOut()) await handOut(id);
  for (const id of revoked.slice(1)) await grants.revoke(id);
  assert.equal(at(LOCK_A).carriedFrom, 0);
  assert.deepEqual(toHandOut(), []);

  clock.advance(1000);
  await grants.revoke(revoked[0] ?? "");
  const { carriedFrom, denied } = at(LOCK_B);
  assert.deepEqual([denied.length, carriedFrom], [DENIED_MAX, claimsOf(young.document).issuedAt]);
  assert.deepEqual(toHandOut(), [living.id]);
  const reissued = grants.get(living.id)?.claims;
  assert.deepEqual(reissued, { ...claimsOf(living.document), issuedAt: clock.wallMs() / 1000 });
  assert.deepEqual(grants.get(young.id)?.row.document, young.document);
});

test("a grant is issued late enough for its locks even by a machine whose clock has gone back", async (t) => {
  const { carry, at, clock, claimsOf, revokeMany } = await setUp(t);
  await revokeMany({});
  clock.stepWall(-DAY_MS);
  const { document } = await carry();
  assert.equal(claimsOf(document).issuedAt, at(LOCK_A).carriedFrom);
});

test("what a roster says of carried grants is set right once a clock that was far ahead has come back", async (t) => {
  const { carry, at, grants, wanted, keeper, clock, revokeMany } = await setUp(t);
  const living = await carry();
  const revoked = await carry();
  await grants.revoke(revoked.id);
  clock.stepWall(1000 * DAY_MS);
  await revokeMany({ until: "2040-01-01T00:00:00Z" });
  await wanted.renew([LOCK_A]);
  assert.ok(!at(LOCK_A).denied.includes(revoked.id));
  assert.equal(grants.get(living.id)?.row.issuedAt, living.issuedAt);
  clock.stepWall(-1000 * DAY_MS);
  await keeper.look();
  assert.ok(at(LOCK_A).carriedFrom > revoked.issuedAt);
  assert.ok((grants.get(living.id)?.row.issuedAt ?? 0) >= at(LOCK_A).carriedFrom);
});

test("a lock that comes into a group takes the grants that are carried for it", async (t) => {
  const { carry, at, grants, groups, claimsOf, toHandOut, revokeMany } = await setUp(t);
  const early = await carry({ groups: [], locks: [LOCK_B], id: "0000000000000001" });
  await groups.put("00000000000000aa", { name: "others", locks: [LOCK_A] });
  const living = await carry({ groups: ["others"], id: "0000000000000002" });
  await revokeMany({ groups: [], locks: [LOCK_B] });
  assert.ok(claimsOf(living.document).issuedAt < at(LOCK_B).carriedFrom);
  await groups.put("00000000000000aa", { name: "others", locks: [LOCK_A, LOCK_B] });
  assert.deepEqual(toHandOut(), [early.id, living.id]);
  assert.ok(claimsOf(grants.get(living.id)!.row.document).issuedAt >= at(LOCK_B).carriedFrom);
});
