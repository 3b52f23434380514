import assert from "node:assert/strict";
import { test } from "node:test";
import type { Secret } from "../../crypto/secret.ts";
import { signKeyChange } from "../../protocol/documents/key-change.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { all, deskFixture, ISSUER_ID, idOf, LOCK_A, LOCK_B } from "./testing/desk-fixture.ts";

async function withNewKey(t: Parameters<typeof deskFixture>[0]) {
  const fixture = await deskFixture(t);
  const { suite, issuerKey, newKey } = fixture;
  const newer = newKey();
  const keyChange = (to: Secret, by = issuerKey) =>
    signKeyChange(suite, by, { newIssuerPk: suite.p256PublicKey(to), notBefore: 0 });
  /** An empty roster; with `from`, it brings the lock the key that it is signed with. */
  const send = async (claims: { epoch: number; lockId?: string; signedBy?: Secret; from?: Secret }) => {
    const { from, lockId = LOCK_A, signedBy = issuerKey, epoch } = claims;
    const settings = from ? { keyChange: keyChange(signedBy, from) } : {};
    const document = fixture.roster([], { epoch, signedBy, settings, lockId: fromHex(lockId) });
    const [result] = await fixture.take({ rosters: [{ document, grants: all([]) }] });
    return result && "code" in result ? result.code : result?.outcome;
  };
  return { ...fixture, newer, keyChange, send };
}

test("a roster under a new key that the old one names is taken, and grants under that key with it", async (t) => {
  const { take, grant, roster, newer, keyChange, keys, suite, issuerPk } = await withNewKey(t);
  const granted = grant(1, { signedBy: newer });
  const document = roster([granted], { signedBy: newer, settings: { keyChange: keyChange(newer) } });
  const results = await take({ grants: [granted], rosters: [{ document, grants: all([1]) }] });
  assert.deepEqual(
    results.map(({ id, outcome }) => [id, outcome]),
    [
      [idOf(1), "accepted"],
      [`${LOCK_A}:1`, "accepted"],
    ],
  );
  assert.deepEqual(keys.all.map(toHex), [issuerPk, suite.p256PublicKey(newer)].map(toHex));
  assert.deepEqual(keys.newest, suite.p256PublicKey(newer));
});

test("a new key that nobody or somebody else names is not the issuer's", async (t) => {
  const { send, newer, newKey, keys } = await withNewKey(t);
  assert.equal(await send({ epoch: 1, signedBy: newer }), "unknown-issuer-key");
  assert.equal(await send({ epoch: 1, signedBy: newer, from: newKey() }), "unknown-issuer-key");
  assert.equal(keys.all.length, 1);
});

test("the former key names no other successor", async (t) => {
  const { send, newer, newKey, issuerKey } = await withNewKey(t);
  assert.equal(await send({ epoch: 1, signedBy: newer, from: issuerKey }), "accepted");
  const thief = newKey();
  assert.equal(await send({ epoch: 1, lockId: LOCK_B, signedBy: thief, from: issuerKey }), "unknown-issuer-key");
});

test("a lock that has not confirmed its move needs the key change in every roster", async (t) => {
  const { send, newer, issuerKey, report } = await withNewKey(t);
  await send({ epoch: 1 });
  assert.equal(await send({ epoch: 2, signedBy: newer, from: issuerKey }), "accepted");
  assert.equal(await send({ epoch: 3, signedBy: newer }), "unknown-issuer-key");
  assert.equal(await send({ epoch: 3, signedBy: newer, from: issuerKey }), "accepted");
  await report(3);
  assert.equal(await send({ epoch: 4, signedBy: newer }), "accepted");
});

test("a lock that has moved takes nothing under the former key", async (t) => {
  const { send, newer, issuerKey, report } = await withNewKey(t);
  await send({ epoch: 1, signedBy: newer, from: issuerKey });
  await report(1);
  assert.equal(await send({ epoch: 2 }), "unknown-issuer-key");
});

test("the former key is forgotten when every lock has moved, and not before", async (t) => {
  const { send, newer, issuerKey, report, keys, suite } = await withNewKey(t);
  for (const lockId of [LOCK_A, LOCK_B]) await send({ epoch: 1, lockId });
  await send({ epoch: 2, signedBy: newer, from: issuerKey });
  await report(2);
  assert.equal(await send({ epoch: 2, lockId: LOCK_B }), "accepted");
  await send({ epoch: 3, lockId: LOCK_B, signedBy: newer, from: issuerKey });
  assert.equal(keys.all.length, 2);
  await report(3, LOCK_B);
  await send({ epoch: 3, signedBy: newer });
  assert.deepEqual(keys.all, [suite.p256PublicKey(newer)]);
  assert.equal(await send({ epoch: 4, lockId: LOCK_B }), "unknown-issuer-key");
});

test("the first issuer that signs something is the one that is listened to, also after a restart", async (t) => {
  const { take, grantOnce, open, desk } = await deskFixture(t);
  const other = { issuerId: "2222222222222222", grants: [grantOnce(2)] };
  await take({ grants: [Uint8Array.of(1)] });
  assert.equal(desk.issuer().issuerId, undefined, "a stranger's");
  await take({ grants: [grantOnce(1)] });
  assert.equal(desk.issuer().issuerId, ISSUER_ID);
  const { desk: later } = await open();
  assert.deepEqual(await take(other, later), [
    {
      kind: "bundle",
      id: "2222222222222222",
      outcome: "refused",
      code: "other-issuer",
      sentence: `This gateway listens to issuer ${ISSUER_ID}.`,
    },
  ]);
});

test("an issuer in another's place is listened to when a person says so", async (t) => {
  const { take, grantOnce, desk } = await deskFixture(t);
  await take({ grants: [grantOnce(1)] });
  await desk.unpinIssuer();
  await take({ issuerId: "2222222222222222", grants: [grantOnce(2)] });
  assert.equal(desk.issuer().issuerId, "2222222222222222");
});
