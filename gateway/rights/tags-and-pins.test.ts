import assert from "node:assert/strict";
import { test } from "node:test";
import { pinVerifier } from "../../protocol/documents/pin.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { grantsFixture, LOCK_A, LOCK_B } from "../testing/grants-fixture.ts";
import { wantedAt } from "../testing/wanted-at.ts";
import type { GrantRequest } from "./grant-request.ts";

type Fixture = Awaited<ReturnType<typeof grantsFixture>>;

const pin = (more: Partial<GrantRequest> = {}): GrantRequest => ({
  locks: [LOCK_A],
  with: [{ kind: "pin" }],
  rights: ["unlock"],
  until: "2027-12-31T00:00:00Z",
  ...more,
});
const withDigits = (digits: string, more: Partial<GrantRequest> = {}) =>
  pin({ with: [{ kind: "pin", digits }], ...more });

/** What the lock finds in its roster. */
function secretsAt(fixture: Fixture, lockId: string) {
  const { sealedSecrets } = wantedAt(fixture, lockId).claims.settings;
  assert(sealedSecrets);
  const opened = fixture.openSecrets(lockId, sealedSecrets);
  assert(opened.ok);
  return { ...opened.value, sealedSecrets };
}

test("a lock can check a PIN with the pepper that is sealed in its roster", async (t) => {
  const fixture = await grantsFixture(t);
  const { row, claims, pin: digits } = await fixture.grants.add(pin({ locks: [LOCK_A, LOCK_B] }));
  assert.match(digits ?? "", /^\d{6}$/);
  for (const lockId of [LOCK_A, LOCK_B]) {
    const { pinPepper } = secretsAt(fixture, lockId);
    const verifier = pinVerifier(fixture.suite, pinPepper, fromHex(row.id), digits!);
    assert.deepEqual(claims.credentials, [{ kind: "pin", verifier }]);
  }
});

test("the digits of a PIN are in no file, and nobody can ask for them again", async (t) => {
  const fixture = await grantsFixture(t);
  const { row } = await fixture.grants.add(withDigits("271828"));
  assert(!JSON.stringify(fixture.grants.get(row.id)).includes("271828"));
  assert.equal((await fixture.grants.add(withDigits("271828", { id: row.id }))).pin, undefined);
});

test("a tag stands in its grant by its uid, beside a key if there is one", async (t) => {
  const fixture = await grantsFixture(t);
  const { publicKey } = fixture;
  const uid = "04112233445566";
  const { claims } = await fixture.grants.add(
    pin({
      with: [
        { kind: "tag", uid },
        { kind: "key", publicKey },
      ],
      require: 2,
    }),
  );
  assert.deepEqual(claims.credentials, [{ kind: "tag", uid: fromHex(uid) }, { kind: "key" }]);
  assert.equal(toHex(claims.bearerKey ?? new Uint8Array()), publicKey);
  assert.equal(claims.rule, 2);
  secretsAt(fixture, LOCK_A);
});

test("a lock has secrets as long as a grant needs them", async (t) => {
  const fixture = await grantsFixture(t);
  const { row } = await fixture.grants.add(pin());
  await fixture.wanted.renew([LOCK_B]);
  assert.equal(wantedAt(fixture, LOCK_B).claims.settings.sealedSecrets, undefined);
  await fixture.grants.revoke(row.id);
  assert.equal(wantedAt(fixture, LOCK_A).claims.settings.sealedSecrets, undefined);
});

test("secrets are drawn once, and sealed anew only for a new box key", async (t) => {
  const fixture = await grantsFixture(t);
  await fixture.grants.add(pin());
  const before = secretsAt(fixture, LOCK_A);
  await fixture.grants.add(pin());
  await fixture.pair(LOCK_A, 1);
  await fixture.wanted.renew([LOCK_A]);
  assert.deepEqual(secretsAt(fixture, LOCK_A).sealedSecrets, before.sealedSecrets);
  const lock = fixture.locks.get(LOCK_A)!;
  await fixture.locks.put({ ...lock, boxPk: fromHex(fixture.publicKey) });
  await fixture.wanted.renew([LOCK_A]);
  assert.notDeepEqual(wantedAt(fixture, LOCK_A).claims.settings.sealedSecrets, before.sealedSecrets);
  await fixture.locks.put(lock);
  await fixture.wanted.renew([LOCK_A]);
  const after = secretsAt(fixture, LOCK_A);
  assert.deepEqual(after.pinPepper.reveal(), before.pinPepper.reveal());
  assert.deepEqual(after.tagMasterKey.reveal(), before.tagMasterKey.reveal());
});

test("nobody gets a PIN that somebody else has in the same stair, at whatever lock", async (t) => {
  const fixture = await grantsFixture(t);
  const { row } = await fixture.grants.add(withDigits("271828"));
  await assert.rejects(fixture.grants.add(withDigits("271828", { locks: [LOCK_B] })), {
    code: "pin-taken",
    field: "with",
  });
  await fixture.grants.revoke(row.id);
  await fixture.grants.add(withDigits("271828", { locks: [LOCK_B] }));
});

test("asking again for a grant with another PIN is a conflict, whoever chose the first", async (t) => {
  const { grants } = await grantsFixture(t);
  const { row: chosen } = await grants.add(withDigits("271828"));
  const { row: drawn, pin: digits } = await grants.add(pin());
  const conflicts = [
    withDigits("271829", { id: chosen.id }),
    pin({ id: chosen.id }),
    withDigits(digits!, { id: drawn.id }),
  ];
  for (const request of conflicts) await assert.rejects(grants.add(request), { code: "grant-exists" });
  for (const request of [withDigits("271828", { id: chosen.id }), pin({ id: drawn.id })]) {
    assert.equal((await grants.add(request)).isNew, false);
  }
});

test("the hundred-and-first grant with a PIN at a lock is refused", async (t) => {
  const fixture = await grantsFixture(t);
  const { row } = await fixture.grants.add(pin());
  await fixture.database.write(() => {
    for (let made = 1; made < 100; made++) fixture.store.insert({ ...row, id: toHex(fixture.random.bytes(8)) });
  });
  await assert.rejects(fixture.grants.add(pin()), {
    code: "table-full",
    field: "locks",
    message: `lock ${LOCK_A} holds 100 grants with a PIN already; revoke one first`,
  });
  await fixture.grants.add(pin({ locks: [LOCK_B] }));
});

test("a PIN or a tag works in one stair alone, a key in all", async (t) => {
  const fixture = await grantsFixture(t);
  const { grants, siteSettings, publicKey } = fixture;
  await siteSettings.put(LOCK_B, { stair: "B" });
  const both = { locks: [LOCK_A, LOCK_B] };
  await assert.rejects(grants.add(pin(both)), { code: "stairs-mixed", field: "with" });
  await grants.add(pin({ ...both, with: [{ kind: "key", publicKey }] }));
  await grants.add(withDigits("271828"));
  await grants.add(withDigits("271828", { locks: [LOCK_B] }));
  const [a, b] = [secretsAt(fixture, LOCK_A), secretsAt(fixture, LOCK_B)];
  assert.notDeepEqual(a.pinPepper.reveal(), b.pinPepper.reveal());
  assert.notDeepEqual(a.tagMasterKey.reveal(), b.tagMasterKey.reveal());
});

test("a lock with PINs or tags stays in its stair, and none comes into a group with those of another", async (t) => {
  const { grants, groups, siteSettings } = await grantsFixture(t);
  const { groupId } = await groups.add({ name: "laundry", locks: [] });
  const forGroup = pin({ locks: [], groups: ["laundry"] });
  await assert.rejects(grants.add(forGroup), { code: "stairs-mixed", field: "with" });
  await siteSettings.put(LOCK_B, { stair: "B" });
  await groups.put(groupId, { name: "laundry", locks: [LOCK_A] });
  const { row } = await grants.add(forGroup);
  await assert.rejects(siteSettings.put(LOCK_A, { stair: "C" }), { code: "stairs-mixed" });
  await assert.rejects(groups.put(groupId, { name: "laundry", locks: [LOCK_A, LOCK_B] }), { code: "stairs-mixed" });
  assert.deepEqual(groups.get(groupId)?.lockIds, [LOCK_A]);
  assert.deepEqual(siteSettings.ofLock(LOCK_A), {});
  await grants.revoke(row.id);
  await siteSettings.put(LOCK_A, { stair: "C" });
});

test("a lock that is forgotten and paired again is in its stair, and has its PINs", async (t) => {
  const fixture = await grantsFixture(t);
  await fixture.siteSettings.put(LOCK_A, { stair: "A" });
  const { row } = await fixture.grants.add(pin());
  await fixture.locks.remove(LOCK_A);
  await fixture.pair(LOCK_A, 1);
  await fixture.wanted.renew([LOCK_A]);
  assert(wantedAt(fixture, LOCK_A).ids.includes(row.id));
});
