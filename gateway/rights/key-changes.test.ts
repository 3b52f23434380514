import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { verifyGrant } from "../../protocol/documents/grant.ts";
import { verifyRoster } from "../../protocol/documents/roster.ts";
import { verifyTimeToken } from "../../protocol/documents/time-token.ts";
import { IssuerOffice } from "./issuer-office.ts";
import { LOCK_A, LOCK_B, message, officeFixture } from "./testing/office-fixture.ts";

const CHALLENGE = new Uint8Array(8).fill(7);

/** Two locks that are in step, and a grant for both. */
async function inStep(t: Parameters<typeof officeFixture>[0]) {
  const fixture = await officeFixture(t);
  const { office, report, grant, suite, directory } = fixture;
  const hear = (lockId: string, epoch: number, more: object = {}) =>
    office.hear(message([report(lockId, epoch, { reported: { epoch }, ...more })]));
  await office.admit(message([report(LOCK_A, 0), report(LOCK_B, 0)]));
  const row = await grant({ locks: [LOCK_A, LOCK_B] });
  for (const lockId of [LOCK_A, LOCK_B]) await hear(lockId, 2);
  /** Whether this lock would take the issuer's word for the time under this key. */
  const tellsTime = async (lockId: string, publicKey: Uint8Array) =>
    verifyTimeToken(suite, await office.signTime(lockId, CHALLENGE), publicKey).ok;
  const nextKeyFile = join(directory, "issuer-next.key");
  return { ...fixture, row, hear, tellsTime, old: office.publicKey, nextKeyFile };
}

test("each lock is signed for under the key that it has, and its next roster brings it along", async (t) => {
  const { office, suite, row, hear, tellsTime, old } = await inStep(t);
  await office.keyChanges.begin();
  const next = office.publicKey;
  assert.ok(verifyGrant(suite, office.rights.grants.get(row.id)!.row.document, next).ok);
  for (const lockId of [LOCK_A, LOCK_B]) {
    const roster = verifyRoster(suite, office.roster(lockId)!, old);
    assert.ok(roster.ok);
    assert.deepEqual(roster.value.keyChange?.newIssuerPk, next);
  }
  await hear(LOCK_A, 2);
  assert.ok(await tellsTime(LOCK_A, old));
  await hear(LOCK_A, 3);
  assert.ok(await tellsTime(LOCK_A, next));
  assert.ok(await tellsTime(LOCK_B, old));
  assert.deepEqual(office.keyChanges.waiting(), [LOCK_B]);
});

test("an issuer that is opened again in the middle goes on with both keys", async (t) => {
  const { office, world, row, old, suite } = await inStep(t);
  await office.keyChanges.begin();
  const next = office.publicKey;
  await office.close();
  const again = await IssuerOffice.open(world);
  t.after(() => again.close());
  assert.deepEqual([again.publicKey, again.keyChanges.waiting()], [next, [LOCK_A, LOCK_B]]);
  assert.ok(verifyTimeToken(suite, await again.signTime(LOCK_A, CHALLENGE), old).ok);
  await again.rights.grants.revoke(row.id);
  assert.ok(verifyRoster(suite, again.roster(LOCK_A)!, old).ok);
});

test("the old key is wiped when it is said so, and a lock that was left behind is still brought along", async (t) => {
  const { office, world, suite, hear, directory, old, nextKeyFile } = await inStep(t);
  const keyFile = join(directory, "issuer.key");
  const before = readFileSync(keyFile, "utf8");
  await office.keyChanges.begin();
  await hear(LOCK_A, 3);
  office.keyChanges.end();
  assert.deepEqual([office.keyChanges.isUnderWay, existsSync(nextKeyFile)], [false, false]);
  assert.notEqual(readFileSync(keyFile, "utf8"), before);
  await office.close();
  const again = await IssuerOffice.open(world);
  t.after(() => again.close());
  assert.deepEqual(again.keyChanges.waiting(), [LOCK_B]);
  await again.rights.siteSettings.putHolidays(["2027-12-25"]);
  assert.ok(verifyRoster(suite, again.roster(LOCK_B)!, old).ok);
  assert.equal(verifyRoster(suite, again.roster(LOCK_A)!, old).ok, false);
});

test("a lock that is taken in anew is brought along anew, whatever was reported of it", async (t) => {
  const { office, report, suite, hear, old } = await inStep(t);
  await office.keyChanges.begin();
  await hear(LOCK_A, 3);
  await office.rights.siteSettings.putHolidays(["2027-12-25"]);
  assert.equal(verifyRoster(suite, office.roster(LOCK_A)!, old).ok, false);
  await office.admit(report(LOCK_A, 3));
  assert.ok(verifyRoster(suite, office.roster(LOCK_A)!, old).ok);
});

test("another change waits until every lock has moved", async (t) => {
  const { office, hear, nextKeyFile } = await inStep(t);
  await office.keyChanges.begin();
  const next = office.publicKey;
  const refused = {
    name: "KeyChangeRefused",
    message: `lock ${LOCK_A} and 1 more must move to the key of the last change first, or be removed`,
  };
  await assert.rejects(office.keyChanges.begin(), refused);
  await hear(LOCK_A, 3);
  await office.removeLock(LOCK_B);
  await office.keyChanges.begin();
  assert.notDeepEqual(office.publicKey, next);
  assert.ok(existsSync(nextKeyFile));
});

test("a change that can not be stored leaves the issuer with the key that it had", async (t) => {
  const { office, world, old, nextKeyFile } = await inStep(t);
  const begun = office.keyChanges.begin();
  await office.close();
  await assert.rejects(begun, { name: "StoreError" });
  assert.deepEqual([office.publicKey, office.keyChanges.isUnderWay], [old, false]);
  assert.ok(existsSync(nextKeyFile));
  const again = await IssuerOffice.open(world);
  t.after(() => again.close());
  assert.deepEqual(again.publicKey, old);
  await again.keyChanges.begin();
  assert.notDeepEqual(again.publicKey, old);
});
