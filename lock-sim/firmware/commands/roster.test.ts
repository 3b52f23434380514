import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../../crypto/secret.ts";
import { signKeyChange } from "../../../protocol/documents/key-change.ts";
import { sealSiteSecrets } from "../../../protocol/documents/sealed.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { readIdentity } from "../storage/identity.ts";
import { BenchLock, GRANT_ID, type Paired } from "../testing/bench-lock.ts";
import { atEveryFlashOperation } from "../testing/power-cuts.ts";
import type { TestSession } from "../testing/test-session.ts";
import { TestSite } from "../testing/test-site.ts";

const A = TestSite.id(0xaa);
const B = TestSite.id(0xbb);
const FROM_THE_START = new Uint8Array(8);

function paired(): { bench: BenchLock; session: TestSession; paired: Paired } {
  const bench = new BenchLock();
  const gateway = bench.pair();
  return { bench, session: bench.open(gateway).session, paired: gateway };
}

function ids(session: TestSession): Uint8Array[] {
  return session.done({ name: "grantList", after: FROM_THE_START }).entries.map(({ id }) => id);
}

/** A roster of the new issuer with the change that the old one signed. */
function keyChanged(bench: BenchLock, epoch: number, notBefore: number): { roster: Uint8Array; key: Secret } {
  const key = bench.site.newKey();
  const newIssuerPk = bench.suite.p256PublicKey(key);
  const keyChange = signKeyChange(bench.suite, bench.site.issuerKey, { newIssuerPk, notBefore });
  return { roster: bench.site.roster(bench.now, epoch, [], { key, settings: { keyChange } }), key };
}

test("a roster reaches the table by staging and commit, and shows in STATUS and the log", () => {
  const { bench, session } = paired();
  const before = session.done({ name: "status" });
  assert.equal(before.epoch, 0);
  assert.deepEqual(before.rosterDigest, bench.suite.sha256());
  const grants = [bench.site.grant(bench.now, A), bench.site.grant(bench.now, B)];
  bench.sendRoster(session, 7, grants);
  const after = session.done({ name: "status" });
  assert.equal(after.epoch, 7);
  assert.deepEqual(after.rosterDigest, bench.suite.sha256(...grants.map((grant) => bench.suite.sha256(grant))));
  const { type, slot, aux } = bench.log(session).at(-1)!;
  assert.deepEqual([type, slot, aux.at(-1)], [RecordType.rosterCommitted, 0, 7]);
});

test("what a roster leaves out is revoked", () => {
  const { bench, session } = paired();
  bench.sendRoster(session, 1, [bench.site.grant(bench.now, GRANT_ID)]);
  session.done(bench.act(session));
  const roster = bench.site.roster(bench.now, 2, []);
  session.done({ name: "rosterBegin", roster });
  assert.equal(session.reason({ name: "rosterCommit" }), Reason.digestMismatch);
  session.done({ name: "grantDrop", ids: [GRANT_ID] });
  session.done({ name: "rosterCommit" });
  assert.equal(session.reason(bench.act(session)), Reason.unknownGrant);
});

test("20: the roster's count and its digest must both be those of the staging copy", () => {
  const { bench, session } = paired();
  const grants = [bench.site.grant(bench.now, A)];
  for (const wrong of [{ count: 2 }, { digest: new Uint8Array(32) }]) {
    session.done({ name: "rosterBegin", roster: bench.site.roster(bench.now, 1, grants, wrong) });
    session.done({ name: "grantPut", grants });
    assert.equal(session.reason({ name: "rosterCommit" }), Reason.digestMismatch);
    assert.deepEqual(ids(session), [A], "the copy stays open");
  }
  assert.equal(session.done({ name: "status" }).epoch, 0);
});

test("a staging copy survives a reboot, goes on with the same roster, and is replaced by another", () => {
  const { bench, session, paired: gateway } = paired();
  const grant = bench.site.grant(bench.now, A);
  const roster = bench.site.roster(bench.now, 1, [grant]);
  session.done({ name: "rosterBegin", roster });
  session.done({ name: "grantPut", grants: [grant] });
  bench.reboot();
  const next = bench.open(gateway).session;
  next.done({ name: "rosterBegin", roster });
  assert.deepEqual(ids(next), [A]);
  next.done({ name: "rosterBegin", roster: bench.site.roster(bench.now, 2, []) });
  assert.deepEqual(ids(next), []);
  assert.equal(next.done({ name: "rosterCommit" }).epoch, 2);
});

test("without a staging copy PUT, DROP and COMMIT get 25", () => {
  const { bench, session } = paired();
  assert.equal(session.reason({ name: "grantPut", grants: [bench.site.grant(bench.now, A)] }), Reason.notFound);
  assert.equal(session.reason({ name: "grantDrop", ids: [A] }), Reason.notFound);
  assert.equal(session.reason({ name: "rosterCommit" }), Reason.notFound);
});

test("a roster by another key, spoilt, for another lock or generation, or not newer is refused and opens nothing", () => {
  const { bench, session } = paired();
  bench.sendRoster(session, 5, []);
  const image = bench.flash.image();
  const begin = (wish: Parameters<TestSite["roster"]>[3], epoch = 6) =>
    session.reason({ name: "rosterBegin", roster: bench.site.roster(bench.now, epoch, [], wish) });
  assert.equal(begin({ key: bench.site.newKey() }), Reason.unknownKey);
  assert.equal(begin({ lockId: A }), Reason.wrongLock);
  assert.equal(begin({ generation: 1 }), Reason.epochNotNewer);
  assert.equal(begin({}, 5), Reason.epochNotNewer);
  const spoilt = bench.site.roster(bench.now, 6, []);
  spoilt[spoilt.length - 1]! ^= 1;
  assert.equal(session.reason({ name: "rosterBegin", roster: spoilt }), Reason.signature);
  assert.equal(session.reason({ name: "rosterBegin", roster: spoilt.subarray(1) }), Reason.malformed);
  assert.deepEqual(bench.flash.image(), image);
});

test("sealed secrets for another lock are refused with 5, those for this one are taken", () => {
  const { bench, session } = paired();
  const { boxKey } = readIdentity(bench.flash)!;
  const secrets = { tagMasterKey: new Secret(new Uint8Array(16)), pinPepper: new Secret(new Uint8Array(16)) };
  const sealedFor = (lockId: Uint8Array) =>
    sealSiteSecrets(bench.suite, bench.random, { lockId, boxPk: bench.suite.p256PublicKey(boxKey) }, secrets);
  const begin = (sealedSecrets: Uint8Array) =>
    session.reason({
      name: "rosterBegin",
      roster: bench.site.roster(bench.now, 1, [], { settings: { sealedSecrets } }),
    });
  assert.equal(begin(sealedFor(A)), Reason.unknownKey);
  assert.equal(begin(sealedFor(bench.label.lockId)), Reason.done);
});

test("a PUT is all or nothing: a malformed grant, or one that does not fit, leaves the staging copy as it was", () => {
  const { bench, session } = paired();
  session.done({ name: "rosterBegin", roster: bench.site.roster(bench.now, 1, []) });
  const grant = bench.site.grant(bench.now, A);
  assert.equal(session.reason({ name: "grantPut", grants: [grant, grant.subarray(1)] }), Reason.malformed);
  assert.deepEqual(ids(session), []);
});

test("21: one more PIN than a hundred, and one more grant than the table holds", () => {
  const { bench, session } = paired();
  session.done({ name: "rosterBegin", roster: bench.site.roster(bench.now, 1, []) });
  const pinGrant = (i: number) =>
    bench.site.grant(bench.now, new Uint8Array(8).fill(2).with(0, i), {
      bearerKey: undefined,
      credentials: [{ kind: "pin", verifier: new Uint8Array(8) }],
    });
  for (let i = 0; i < 100; i++) session.done({ name: "grantPut", grants: [pinGrant(i)] });
  assert.equal(session.reason({ name: "grantPut", grants: [pinGrant(100)] }), Reason.tableFull);
  session.done({ name: "grantPut", grants: [pinGrant(99)] });
  session.done({ name: "grantDrop", ids: [new Uint8Array(8).fill(2).with(0, 0)] });
  session.done({ name: "grantPut", grants: [pinGrant(100)] });
});

test("a full table takes no further grant and no part of a PUT", () => {
  const { bench, session } = paired();
  session.done({ name: "rosterBegin", roster: bench.site.roster(bench.now, 1, []) });
  const audience = Array.from({ length: 16 }, (_, i) => TestSite.id(i + 1));
  const pair = (i: number) =>
    [1, 2].map((half) => bench.site.grant(bench.now, Uint8Array.of(9, i >> 8, i, half, 0, 0, 0, 0), { audience }));
  let i = 0;
  while (session.reason({ name: "grantPut", grants: pair(i) }) === Reason.done) i++;
  assert(i > 200, `${2 * i} grants`);
  const { entries } = session.done({ name: "grantList", after: Uint8Array.of(9, i >> 8, i, 0, 0, 0, 0, 0) });
  assert.deepEqual(entries, []);
});

test("GRANT LIST shows the staging copy while one is open, 48 at a time in order", () => {
  const { bench, session } = paired();
  bench.sendRoster(session, 1, [bench.site.grant(bench.now, B)]);
  assert.deepEqual(ids(session), [B]);
  session.done({ name: "rosterBegin", roster: bench.site.roster(bench.now, 2, []) });
  session.done({ name: "grantPut", grants: [bench.site.grant(bench.now, A)] });
  assert.deepEqual(ids(session), [A, B]);
  const many = Array.from({ length: 50 }, (_, i) => bench.site.grant(bench.now, new Uint8Array(8).fill(3).with(7, i)));
  for (const grant of many) session.done({ name: "grantPut", grants: [grant] });
  assert.equal(ids(session).length, 48);
  const { entries } = session.done({ name: "grantList", after: ids(session).at(-1)! });
  assert.deepEqual(
    entries.map(({ id }) => id),
    [new Uint8Array(8).fill(3).with(7, 48), new Uint8Array(8).fill(3).with(7, 49), A, B],
  );
});

test("a key change counts at COMMIT; from then on the old issuer is nobody", () => {
  const { bench, session } = paired();
  const { roster, key } = keyChanged(bench, 1, bench.now);
  session.done({ name: "rosterBegin", roster });
  session.done({ name: "rosterBegin", roster: bench.site.roster(bench.now, 1, []) });
  session.done({ name: "rosterBegin", roster });
  session.done({ name: "rosterCommit" });
  const old = bench.site.roster(bench.now, 2, []);
  assert.equal(session.reason({ name: "rosterBegin", roster: old }), Reason.unknownKey);
  session.done({ name: "rosterBegin", roster: bench.site.roster(bench.now, 2, [], { key }) });
  assert.deepEqual(
    bench
      .log(session)
      .slice(-2)
      .map(({ type, n }) => [type, n]),
    [
      [RecordType.rosterCommitted, 0],
      [RecordType.permission, 2],
    ],
  );
});

test("after a key change the old issuer's grants get 5, carried or in the table, until the new one signs them", () => {
  const { bench, session } = paired();
  const key = bench.site.newKey();
  const newIssuerPk = bench.suite.p256PublicKey(key);
  const keyChange = signKeyChange(bench.suite, bench.site.issuerKey, { newIssuerPk, notBefore: bench.now });
  const old = [bench.site.grant(bench.now, A), bench.site.grant(bench.now, B)];
  bench.sendRoster(session, 1, old);
  bench.sendRoster(session, 2, [old[0]!], { key, settings: { keyChange } });
  assert.equal(session.reason(bench.act(session, { grantId: A })), Reason.unknownKey);
  assert.equal(session.reason(bench.act(session, { grantId: B, grant: old[1]! })), Reason.unknownKey);
  bench.sendRoster(session, 3, [bench.site.grant(bench.now, A, { key })], { key });
  session.done(bench.act(session, { grantId: A }));
});

test("a key change waits for its notBefore, and for a certain clock", () => {
  const { bench, session } = paired();
  const { roster } = keyChanged(bench, 1, bench.now + 10);
  assert.equal(session.reason({ name: "rosterBegin", roster }), Reason.notYetValid);
  bench.lock.hardware.rtc.lose();
  assert.equal(session.reason({ name: "rosterBegin", roster }), Reason.timeUncertain);
});

test("a power cut at any moment of a COMMIT leaves the old table or the new one, whole, with its issuer and its record", () => {
  atEveryFlashOperation({
    prepare: () => {
      const { bench, session, paired: gateway } = paired();
      bench.sendRoster(session, 1, [bench.site.grant(bench.now, A)]);
      const { roster, key } = keyChanged(bench, 2, bench.now);
      session.done({ name: "rosterBegin", roster });
      session.done({ name: "grantDrop", ids: [A] });
      return { bench, prepared: { session, gateway, key } };
    },
    action: (_bench, { session }) => {
      session.line.request(session.seal(Uint8Array.of(0x81, 0x08)));
    },
    check: (bench, { gateway, key }) => {
      const { session, caps } = bench.open(gateway);
      const log = bench.log(session);
      const epochs = log.filter(({ type }) => type === RecordType.rosterCommitted).map(({ aux }) => aux.at(-1)!);
      const changes = log.filter(({ type, n }) => type === RecordType.permission && n === 2).length;
      const isNew = caps.epoch === 2;
      assert.deepEqual(epochs, isNew ? [1, 2] : [1]);
      assert.equal(changes, isNew ? 1 : 0);
      const next = bench.site.roster(bench.now, 3, [], isNew ? { key } : {});
      assert.equal(session.reason({ name: "rosterBegin", roster: next }), Reason.done);
    },
  });
});

test("two rosters in turn do not wear the flash out, and the one that is open can still be committed", () => {
  const { bench, session } = paired();
  const rosters = [1, 2].map((epoch) => bench.site.roster(bench.now, epoch, []));
  const begin = (i: number) => ({ name: "rosterBegin", roster: rosters[i % 2]! }) as const;
  session.done(begin(0));
  let begun = 1;
  while (begun < 1_000 && session.ask(begin(begun)).ok) begun++;
  assert.equal(begun, 101);
  assert.equal(session.reason(begin(begun)), Reason.busy);
  session.done(begin(begun - 1));
  session.done({ name: "rosterCommit" });
});
