import assert from "node:assert/strict";
import { test } from "node:test";
import { Right } from "../../../protocol/documents/grant.ts";
import { Action } from "../../../protocol/documents/order.ts";
import { type LogRecord, RecordType } from "../../../protocol/log/record.ts";
import { encodeCommand } from "../../../protocol/wire/commands.ts";
import { Reason, reasonName } from "../../../protocol/wire/reason.ts";
import { Flag } from "../../../protocol/wire/responses.ts";
import { type ActWish, BenchLock, GRANT_ID, type Paired } from "../testing/bench-lock.ts";
import type { TestSession } from "../testing/test-session.ts";
import { type GrantWish, TestSite } from "../testing/test-site.ts";

const OTHER_ID = TestSite.id(0x22);
const NO_ID = new Uint8Array(8);

/** A lock whose table holds this grant of the site's bearer. */
function withGrant(wish: GrantWish): { bench: BenchLock; session: TestSession } {
  const bench = new BenchLock();
  const { session } = bench.open(bench.pair());
  bench.sendRoster(session, 1, [bench.site.grant(bench.now, GRANT_ID, wish)]);
  return { bench, session };
}

function lastRecord(bench: BenchLock, session: TestSession): LogRecord {
  return bench.log(session).at(-1)!;
}

/** Another gateway, let in by the issuer. */
function secondGateway(bench: BenchLock, session: TestSession): Paired {
  session.done(bench.act(session, { action: Action.allowPairing, grantId: NO_ID, key: bench.site.issuerKey }));
  return bench.pair();
}

/** The lock says so, moves nothing, and draws its next challenge. */
function refuses(bench: BenchLock, session: TestSession, wish: ActWish, reason: Reason): void {
  const { challenge } = session;
  assert.equal(reasonName(session.reason(bench.act(session, wish))), reasonName(reason));
  assert.equal(bench.boltPosition, "thrown");
  assert.notDeepEqual(session.challenge, challenge);
}

test("an order by the bearer of a grant in the table draws the bolt, and it relocks by itself", () => {
  const { bench, session } = withGrant({});
  const { flags } = session.done(bench.act(session));
  assert.equal(flags & Flag.thrown, 0);
  assert.equal(bench.boltPosition, "drawn");
  bench.clock.advance(4000);
  assert.equal(bench.boltPosition, "drawn");
  bench.clock.advance(2000);
  assert.equal(bench.boltPosition, "thrown");
  const { type, slot, ref } = lastRecord(bench, session);
  assert.deepEqual({ type, slot, ref }, { type: RecordType.locked, slot: 0xff, ref: NO_ID });
});

test("a replayed unlock never moves the bolt", () => {
  const { bench, session } = withGrant({});
  const order = bench.act(session);
  session.done(order);
  bench.clock.advance(10_000);
  assert.equal(session.reason(order), Reason.staleChallenge);
  assert.equal(bench.boltPosition, "thrown");
  assert.equal(session.reason(order), Reason.staleChallenge);
  assert.equal(bench.boltPosition, "thrown");
});

test("identical bytes get the stored reply, and nothing is done again", () => {
  const { bench, session } = withGrant({});
  const c = session.seal(new Uint8Array([0x81, 0x01]));
  const reply = session.line.send(c);
  const image = bench.flash.image();
  assert.deepEqual(session.line.send(c), reply);
  assert.deepEqual(bench.flash.image(), image);
});

test("an order that is resent while the bolt travels is carried out once and answered once", () => {
  const { bench, session } = withGrant({});
  const command = bench.act(session);
  const c = session.seal(encodeCommand(command));
  assert.equal(session.line.send(c), undefined);
  bench.clock.advance(100);
  assert.equal(session.line.send(c), undefined);
  const r = session.line.wait()!;
  assert.equal(session.read(command, r).ok, true);
  assert.deepEqual(session.line.send(c), r);
  assert.equal(bench.log(session).filter(({ type }) => type === RecordType.intent).length, 1);
});

test("while the bolt travels another request on the connection gets ERR 2, and another gateway's order gets 24", () => {
  const { bench, session } = withGrant({});
  const paired = secondGateway(bench, session);
  const other = bench.open(paired).session;
  assert.equal(session.line.send(session.seal(encodeCommand(bench.act(session)))), undefined);
  assert.deepEqual(session.line.send(Uint8Array.of(0x17, 0, 9, ...new Uint8Array(9))), Uint8Array.of(0x1f, 2));
  assert.equal(other.reason(bench.act(other)), Reason.busy);
  assert(session.line.wait());
});

test("a carried grant opens as one in the table does", () => {
  const { bench, session } = withGrant({});
  const grant = bench.site.grant(bench.now, OTHER_ID);
  session.done(bench.act(session, { grant, grantId: OTHER_ID }));
  assert.equal(bench.boltPosition, "drawn");
});

test("1: what is no order, or not this order, is refused alone", () => {
  const { bench, session } = withGrant({});
  const good = bench.act(session);
  const bare = { ok: false, refusal: { reason: Reason.malformed } };
  assert.deepEqual(session.ask({ ...good, order: good.order.subarray(1) }), bare);
  assert.deepEqual(session.ask({ ...good, action: Action.lock }), bare);
  session.challenge = session.done({ name: "status" }).challenge;
  assert.deepEqual(session.ask({ ...bench.act(session), grant: OTHER_ID }), bare);
  session.challenge = session.done({ name: "status" }).challenge;
  assert.deepEqual(session.ask({ ...bench.act(session), grant: new Uint8Array(9) }), bare);
  assert.notEqual(lastRecord(bench, session).type, RecordType.refused);
});

test("3: action 6 belongs to UNPAIR, and a gateway is no courier; both are refused alone", () => {
  const { bench, session } = withGrant({});
  for (const action of [Action.unpair, Action.courier]) {
    const grantId = action === Action.unpair ? NO_ID : GRANT_ID;
    const response = session.ask(bench.act(session, { action, grantId }));
    assert.deepEqual(response, { ok: false, refusal: { reason: Reason.notAllowed } });
    session.challenge = session.done({ name: "status" }).challenge;
  }
});

test("4 and 5: an order by another key, or spoilt, is refused", () => {
  const { bench, session } = withGrant({});
  refuses(bench, session, { key: bench.site.newKey() }, Reason.unknownKey);
  const spoilt = bench.act(session);
  spoilt.order[spoilt.order.length - 1]! ^= 1;
  assert.equal(session.reason(spoilt), Reason.signature);
  assert.equal(bench.boltPosition, "thrown");
});

test("4 and 5: a carried grant by another issuer, or spoilt, is refused", () => {
  const { bench, session } = withGrant({});
  const foreign = bench.site.grant(bench.now, OTHER_ID, { key: bench.site.newKey() });
  refuses(bench, session, { grant: foreign, grantId: OTHER_ID }, Reason.unknownKey);
  const spoilt = bench.site.grant(bench.now, OTHER_ID);
  spoilt[spoilt.length - 1]! ^= 1;
  refuses(bench, session, { grant: spoilt, grantId: OTHER_ID }, Reason.signature);
});

test("5: a grant that has no key can not be used by orders", () => {
  const { bench, session } = withGrant({
    bearerKey: undefined,
    credentials: [{ kind: "tag", uid: new Uint8Array(7) }],
  });
  refuses(bench, session, {}, Reason.unknownKey);
});

test("6: an order for another lock, and a grant for another, are refused", () => {
  const { bench, session } = withGrant({});
  refuses(bench, session, { lockId: TestSite.id(9) }, Reason.wrongLock);
  const elsewhere = bench.site.grant(bench.now, OTHER_ID, { audience: [TestSite.id(9)] });
  refuses(bench, session, { grant: elsewhere, grantId: OTHER_ID }, Reason.wrongLock);
});

test("7: an order for another challenge is refused and spends nothing", () => {
  const { bench, session } = withGrant({});
  const { challenge } = session;
  assert.equal(session.reason(bench.act(session, { challenge: TestSite.id(9) })), Reason.staleChallenge);
  assert.deepEqual(session.challenge, challenge);
});

test("8: a grant that nobody knows, and any carried one before the first roster, are refused", () => {
  const { bench, session } = withGrant({});
  refuses(bench, session, { grantId: OTHER_ID }, Reason.unknownGrant);
  const empty = new BenchLock();
  const before = empty.open(empty.pair()).session;
  const grant = empty.site.grant(empty.now, GRANT_ID);
  refuses(empty, before, { grant }, Reason.unknownGrant);
  const foreign = empty.site.grant(empty.now, GRANT_ID, { key: empty.site.newKey() });
  refuses(empty, before, { grant: foreign }, Reason.unknownGrant);
});

test("at the door, orders to allow a pairing that strangers signed become records once a minute, the issuer's each time", () => {
  const { bench, session } = withGrant({});
  const refused = () => bench.log(session).filter(({ type }) => type === RecordType.refused).length;
  const door = bench.pass();
  const order = { action: Action.allowPairing, grantId: NO_ID };
  for (let i = 0; i < 2; i++) refuses(bench, door, { ...order, key: bench.site.newKey() }, Reason.unknownKey);
  assert.equal(refused(), 1);
  const elsewhere = { ...order, key: bench.site.issuerKey, lockId: TestSite.id(9) };
  for (let i = 0; i < 2; i++) refuses(bench, door, elsewhere, Reason.wrongLock);
  assert.equal(refused(), 3);
});

test("9: a carried grant that was taken back is refused", () => {
  const { bench, session } = withGrant({});
  const denied = [OTHER_ID];
  bench.sendRoster(session, 2, [bench.site.grant(bench.now, GRANT_ID)], { denied, carriedFrom: bench.now - 3600 });
  refuses(bench, session, { grant: bench.site.grant(bench.now, OTHER_ID), grantId: OTHER_ID }, Reason.revoked);
  const third = TestSite.id(0x33);
  const old = bench.site.grant(bench.now, third, { issuedAt: bench.now - 3601 });
  refuses(bench, session, { grant: old, grantId: third }, Reason.revoked);
  refuses(bench, session, { grant: bench.site.grant(bench.now, GRANT_ID, { rights: 63 }) }, Reason.revoked);
});

test("10 and 11: before nbf, from exp on, and outside the order's own two minutes", () => {
  const { bench, session } = withGrant({ notBefore: 0, expires: 2 ** 32 - 1 });
  refuses(bench, session, { notAfter: bench.now + 122 }, Reason.notYetValid);
  refuses(bench, session, { notAfter: bench.now - 2 }, Reason.expired);
  const early = bench.site.grant(bench.now, OTHER_ID, { notBefore: bench.now + 100 });
  refuses(bench, session, { grant: early, grantId: OTHER_ID }, Reason.notYetValid);
  const late = bench.site.grant(bench.now, OTHER_ID, { expires: bench.now - 1 });
  refuses(bench, session, { grant: late, grantId: OTHER_ID }, Reason.expired);
});

test("12: without the site's time zone no window holds", () => {
  const { bench, session } = withGrant({ windows: [{ days: 255, from: 0, to: 1440 }] });
  refuses(bench, session, {}, Reason.outsideHours);
});

test("13: a grant for two uses opens twice, whatever becomes of the power and the log", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  const { session } = bench.open(paired);
  bench.sendRoster(session, 1, [
    bench.site.grant(bench.now, GRANT_ID, { uses: 2 }),
    bench.site.grant(bench.now, OTHER_ID),
  ]);
  session.done(bench.act(session));
  bench.reboot();
  const next = bench.open(paired).session;
  next.done(bench.act(next));
  bench.clock.advance(10_000);
  assert.equal(next.reason(bench.act(next)), Reason.usesSpent);
  // Enough for the ring to recycle every record of those two uses.
  for (let i = 0; i < 200; i++) next.done(bench.act(next, { grantId: OTHER_ID }));
  assert(next.done({ name: "readLog", fromSeq: 1, max: 1 }).firstSeq > 20);
  assert.equal(next.reason(bench.act(next)), Reason.usesSpent);
  bench.reboot();
  const last = bench.open(paired).session;
  assert.equal(last.reason(bench.act(last)), Reason.usesSpent);
});

test("14: a right that the grant does not give", () => {
  const { bench, session } = withGrant({ rights: Right.lock });
  refuses(bench, session, {}, Reason.rightMissing);
  refuses(bench, session, { action: Action.hold }, Reason.rightMissing);
});

test("16: a key alone is not two factors", () => {
  const { bench, session } = withGrant({
    credentials: [{ kind: "key" }, { kind: "tag", uid: new Uint8Array(7) }],
    rule: 2,
  });
  refuses(bench, session, {}, Reason.secondFactorMissing);
});

test("18: with uncertain time only an essential grant opens, and only under a fresh challenge", () => {
  const { bench, session } = withGrant({ rights: Right.unlock | Right.essential });
  const common = bench.site.grant(bench.now, OTHER_ID);
  bench.lock.hardware.rtc.lose();
  refuses(bench, session, { grant: common, grantId: OTHER_ID }, Reason.timeUncertain);
  bench.clock.advance(120_000);
  refuses(bench, session, { notAfter: 0 }, Reason.staleChallenge);
  session.done(bench.act(session, { notAfter: 0 }));
  assert.equal(bench.boltPosition, "drawn");
});

test("21: more grants with limited uses than there are counters", () => {
  const { bench, session } = withGrant({});
  for (let i = 0; i < 4 * 28; i++) {
    const grantId = new Uint8Array(8).fill(1).with(0, i);
    session.done(bench.act(session, { grant: bench.site.grant(bench.now, grantId, { uses: 5 }), grantId }));
  }
  bench.clock.advance(10_000);
  refuses(
    bench,
    session,
    { grant: bench.site.grant(bench.now, OTHER_ID, { uses: 5 }), grantId: OTHER_ID },
    Reason.tableFull,
  );
  const early = new Uint8Array(8).fill(1).with(0, 7);
  session.done(bench.act(session, { grant: bench.site.grant(bench.now, early, { uses: 5 }), grantId: early }));
});

test("22: a battery that may not carry the motor to its end stop", () => {
  const { bench, session } = withGrant({});
  bench.lock.hardware.battery.set({ millivolt: 3500 });
  refuses(bench, session, {}, Reason.batteryTooLow);
});

test("23: a jammed bolt is answered when the time limit has passed, and tried again by the next order", () => {
  const { bench, session } = withGrant({});
  bench.lock.hardware.bolt.jam(true);
  const beforeMs = bench.clock.monotonicMs();
  assert.equal(session.reason(bench.act(session)), Reason.jammed);
  assert(bench.clock.monotonicMs() - beforeMs >= 3000);
  assert.deepEqual(
    bench
      .log(session)
      .slice(-3)
      .map(({ type, result }) => [type, result]),
    [
      [RecordType.intent, Action.unlock],
      [RecordType.jammed, 0],
      [RecordType.done, Reason.jammed],
    ],
  );
  assert.equal(session.done({ name: "status" }).flags & Flag.jammed, Flag.jammed);
  bench.lock.hardware.bolt.jam(false);
  session.done(bench.act(session));
  assert.equal(session.done({ name: "status" }).flags & Flag.jammed, 0);
});

test("30: from staleAfter on only essential grants open", () => {
  const { bench, session } = withGrant({});
  const essential = TestSite.id(0x44);
  const grants = [
    bench.site.grant(bench.now, GRANT_ID),
    bench.site.grant(bench.now, essential, { rights: Right.unlock | Right.essential }),
  ];
  bench.sendRoster(session, 2, grants, { staleAfter: bench.now });
  refuses(bench, session, {}, Reason.rosterStale);
  session.done(bench.act(session, { grantId: essential }));
});

test("a refusal is a record with its reason and the grant; after ten in a minute they are only counted", () => {
  const { bench, session } = withGrant({ rights: Right.lock });
  for (let i = 0; i < 25; i++) session.reason(bench.act(session));
  const refused = bench.log(session).filter(({ type }) => type === RecordType.refused);
  assert.equal(refused.length, 10);
  assert.deepEqual(refused[0]?.ref, GRANT_ID);
  assert.equal(refused[0]?.result, Reason.rightMissing);
  bench.clock.advance(60_000);
  session.reason(bench.act(session));
  const { type, aux } = lastRecord(bench, session);
  assert.deepEqual([type, aux.at(-1)], [RecordType.refused, 15]);
});

test("firmware update is unknown to this lock", () => {
  const { session } = withGrant({});
  assert.equal(session.reason({ name: "firmwareApply" }), Reason.unknownCommand);
  assert.equal(session.reason({ name: "firmwareBegin", manifest: new Uint8Array(3) }), Reason.unknownCommand);
});
