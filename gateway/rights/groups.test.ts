import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { grantsFixture, LOCK_A, LOCK_B } from "../testing/grants-fixture.ts";
import { wantedAt } from "../testing/wanted-at.ts";
import { OPERATOR_GRANT_ID } from "./operator-grant.ts";

type Fixture = Awaited<ReturnType<typeof grantsFixture>>;

const forGroup = ({ publicKey }: Fixture, group: string, id: string) => ({
  id,
  groups: [group],
  with: [{ kind: "key" as const, publicKey }],
  rights: ["unlock" as const, "essential" as const],
});
const ID = "0000000000000001";

test("a grant for a group is wanted at each lock of it, and the lock knows its groups", async (t) => {
  const fixture = await grantsFixture(t);
  const { groupId } = await fixture.groups.add({ name: "laundry", locks: [LOCK_A, LOCK_B] });
  fixture.changed.length = 0;
  const { claims } = await fixture.grants.add(forGroup(fixture, "laundry", ID));
  assert.deepEqual(claims.audience, [fromHex(groupId)]);
  for (const lockId of [LOCK_A, LOCK_B]) {
    const wanted = wantedAt(fixture, lockId);
    assert.deepEqual(wanted.ids, [ID, OPERATOR_GRANT_ID]);
    assert.deepEqual(wanted.claims.settings.groups?.map(toHex), [groupId]);
  }
  assert.deepEqual(fixture.changed, [LOCK_A, LOCK_B]);
});

test("a lock that comes into a group gets its grants, one that leaves loses them", async (t) => {
  const fixture = await grantsFixture(t);
  const { groups, grants } = fixture;
  const { groupId } = await groups.add({ name: "laundry", locks: [LOCK_A] });
  await grants.add(forGroup(fixture, groupId, ID));
  fixture.changed.length = 0;
  await groups.put(groupId, { name: "laundry", locks: [LOCK_B] });
  assert.deepEqual(fixture.changed, [LOCK_A, LOCK_B]);
  assert.deepEqual(wantedAt(fixture, LOCK_A).ids, [OPERATOR_GRANT_ID]);
  assert.deepEqual(wantedAt(fixture, LOCK_A).claims.settings.groups, []);
  assert.deepEqual(wantedAt(fixture, LOCK_B).ids, [ID, OPERATOR_GRANT_ID]);
});

test("another name changes no roster", async (t) => {
  const fixture = await grantsFixture(t);
  const { groupId } = await fixture.groups.add({ name: "laundry", locks: [LOCK_A] });
  await fixture.groups.put(groupId, { name: "cellar", locks: [LOCK_A] });
  assert.equal(wantedAt(fixture, LOCK_A).claims.epoch, 1);
  assert.equal(fixture.groups.get(groupId)?.name, "cellar");
});

test("a grant that was revoked before a lock came into its group is denied there, even if the group was made again", async (t) => {
  const fixture = await grantsFixture(t);
  const { groups, grants } = fixture;
  const { groupId } = await groups.add({ name: "laundry", locks: [LOCK_A] });
  await grants.add(forGroup(fixture, groupId, ID));
  await grants.revoke(ID);
  await groups.put(groupId, { name: "laundry", locks: [LOCK_A, LOCK_B] });
  assert.deepEqual(wantedAt(fixture, LOCK_B).claims.denied, [fromHex(ID)]);
  assert.equal(await groups.remove(groupId), true);
  assert.deepEqual(wantedAt(fixture, LOCK_B).claims.denied, []);
  await groups.put(groupId, { name: "laundry", locks: [LOCK_B] });
  assert.deepEqual(wantedAt(fixture, LOCK_B).claims.denied, [fromHex(ID)]);
});

test("a group with living grants is not dissolved", async (t) => {
  const fixture = await grantsFixture(t);
  const { groups, grants } = fixture;
  const { groupId } = await groups.add({ name: "laundry", locks: [LOCK_A] });
  await grants.add(forGroup(fixture, groupId, ID));
  await assert.rejects(groups.remove(groupId), {
    code: "group-in-use",
    message: `grant ${ID} for this group must be revoked first`,
  });
  await grants.revoke(ID);
  assert.equal(await groups.remove(groupId), true);
  assert.equal(await groups.remove(groupId), false);
  assert.deepEqual(grants.get(ID)?.row.groupIds, [groupId]);
});

test("a lock is in sixteen groups at most", async (t) => {
  const { groups } = await grantsFixture(t);
  for (let made = 0; made < 16; made++) await groups.add({ name: `group ${made}`, locks: [LOCK_A] });
  await assert.rejects(groups.add({ name: "another", locks: [LOCK_A] }), { code: "table-full", field: "locks" });
  assert.equal(groups.list("", 100).length, 16);
});

test("a lock that is forgotten leaves its groups", async (t) => {
  const { groups, locks } = await grantsFixture(t);
  const { groupId } = await groups.add({ name: "laundry", locks: [LOCK_A, LOCK_B] });
  await locks.remove(LOCK_A);
  assert.deepEqual(groups.get(groupId)?.lockIds, [LOCK_B]);
});
