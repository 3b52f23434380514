import assert from "node:assert/strict";
import { test } from "node:test";
import { Right } from "../../protocol/documents/grant.ts";
import { Action } from "../../protocol/documents/order.ts";
import { NO_SLOT, RecordType } from "../../protocol/log/record.ts";
import { startPass } from "../../protocol/session/pass.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { BenchLock, errOf, GRANT_ID, type Opened, type Paired } from "./testing/bench-lock.ts";
import type { TestSession } from "./testing/test-session.ts";
import { TestSite } from "./testing/test-site.ts";

const CARRIED_ID = TestSite.id(0x22);

/** A lock with a roster, a bearer at the door, and the grant it carries. */
function atTheDoor(rights: number = Right.unlock | Right.courier): {
  bench: BenchLock;
  gateway: Opened & { paired: Paired };
  session: TestSession;
  carried: { grant: Uint8Array; grantId: Uint8Array };
} {
  const bench = new BenchLock();
  const gateway = bench.furnish();
  const grant = bench.site.grant(bench.now, CARRIED_ID, { rights });
  return { bench, gateway, session: bench.pass(), carried: { grant, grantId: CARRIED_ID } };
}

test("a bearer whom no gateway knows opens the door with the grant it carries", () => {
  const { bench, gateway, session, carried } = atTheDoor();
  const { challenge } = session;
  session.done(bench.act(session, carried));
  assert.equal(bench.boltPosition, "drawn");
  const log = bench.log(gateway.session).slice(-3);
  assert.deepEqual(
    log.map(({ type, slot, n }) => [type, slot, n]),
    [
      [RecordType.intent, NO_SLOT, 0],
      [RecordType.unlocked, NO_SLOT, 0],
      [RecordType.done, NO_SLOT, 0],
    ],
  );
  assert.deepEqual(log[0]?.ref, challenge);
});

test("a stranger is answered ACT and a time token, and everything else with 3", () => {
  const { bench, session } = atTheDoor();
  const refused = [
    { name: "status" },
    { name: "readLog", fromSeq: 1, max: 1 },
    { name: "timeHint", time: bench.now },
    { name: "identify" },
    { name: "rosterCommit" },
    { name: "grantList", after: new Uint8Array(8) },
    { name: "unpair", order: new Uint8Array(1) },
  ] as const;
  for (const command of refused) assert.equal(session.reason(command), Reason.notAllowed, command.name);
  assert.equal(session.reason({ name: "firmwareApply" }), Reason.unknownCommand);
});

test("an accepted order that is no courier's lets a stranger ask no more than before", () => {
  const { bench, session, carried } = atTheDoor();
  session.done(bench.act(session, carried));
  assert.equal(session.reason({ name: "status" }), Reason.notAllowed);
});

test("a courier carries a roster in and the events out, under its own challenge", () => {
  const { bench, session, carried } = atTheDoor();
  session.done(bench.act(session, { ...carried, action: Action.courier }));
  const { challenge } = session.done({ name: "status" });
  assert.deepEqual(challenge, session.challenge);
  bench.sendRoster(session, 2, [bench.site.grant(bench.now, GRANT_ID)]);
  const log = bench.log(session);
  assert.deepEqual(
    log.slice(-4).map(({ type, slot }) => [type, slot]),
    [
      [RecordType.intent, NO_SLOT],
      [RecordType.permission, NO_SLOT],
      [RecordType.done, NO_SLOT],
      [RecordType.rosterCommitted, NO_SLOT],
    ],
  );
  assert.equal(session.reason({ name: "identify" }), Reason.notAllowed);
  assert.equal(session.reason({ name: "timeHint", time: bench.now }), Reason.notAllowed);
});

test("courier needs right 16", () => {
  const { bench, session, carried } = atTheDoor(Right.unlock);
  assert.equal(session.reason(bench.act(session, { ...carried, action: Action.courier })), Reason.rightMissing);
  assert.equal(session.reason({ name: "status" }), Reason.notAllowed);
});

test("a stranger can not spend a gateway's challenge, nor use it", () => {
  const { bench, gateway, session, carried } = atTheDoor();
  const stolen = bench.act(session, { ...carried, challenge: gateway.session.challenge });
  assert.equal(session.reason(stolen), Reason.staleChallenge);
  gateway.session.done(bench.act(gateway.session));
});

test("an order is good in the PASS session that drew its challenge alone", () => {
  const { bench, session, carried } = atTheDoor();
  const order = bench.act(session, carried);
  const other = bench.pass();
  assert.equal(other.reason(order), Reason.staleChallenge);
  session.done(order);
  bench.clock.advance(10_000);
  assert.equal(session.reason(order), Reason.staleChallenge);
  assert.equal(bench.boltPosition, "thrown");
});

test("strangers together get three A1, then one a second; only an accepted order clears that", () => {
  const { bench, carried } = atTheDoor();
  const a1 = () => startPass(bench.suite, bench.random).a1;
  const isA2 = (frame: Uint8Array | undefined) => frame?.[0] === 0x1c;
  bench.clock.advance(1000);
  const last = bench.pass();
  last.reason(bench.act(last, { ...carried, challenge: GRANT_ID }));
  bench.clock.advance(250);
  assert(isA2(bench.line().send(a1())));
  bench.clock.advance(250);
  assert.equal(errOf(bench.line().send(a1())), Err.busy);
  const session = bench.pass();
  session.done(bench.act(session, carried));
  bench.clock.advance(250);
  assert(isA2(bench.line().send(a1())));
});

test("a stranger's refusal is a record once a minute, that of a good grant's bearer each time", () => {
  const { bench, gateway, session, carried } = atTheDoor(Right.lock);
  for (let i = 0; i < 5; i++) session.reason(bench.act(session, { grantId: TestSite.id(9) }));
  for (let i = 0; i < 3; i++) session.reason(bench.act(session, carried));
  const refused = bench.log(gateway.session).filter(({ type }) => type === RecordType.refused);
  assert.deepEqual(
    refused.map(({ slot, result, aux }) => [slot, result, aux.at(-1)]),
    [
      [NO_SLOT, Reason.unknownGrant, 0],
      [NO_SLOT, Reason.rightMissing, 4],
      [NO_SLOT, Reason.rightMissing, 0],
      [NO_SLOT, Reason.rightMissing, 0],
    ],
  );
});

test("a time token in PASS mends an uncertain clock", () => {
  const { bench, session, carried } = atTheDoor();
  bench.lock.hardware.rtc.lose();
  assert.equal(session.reason(bench.act(session, carried)), Reason.timeUncertain);
  session.done({ name: "time", token: bench.site.timeToken(bench.now, session.challenge) });
  session.done(bench.act(session, carried));
});

test("a lock that was never paired tells a stranger nothing but its name", () => {
  const bench = new BenchLock();
  const session = bench.pass();
  const grant = bench.site.grant(bench.now, CARRIED_ID);
  assert.equal(session.reason(bench.act(session, { grant, grantId: CARRIED_ID })), Reason.unknownGrant);
  const token = bench.site.timeToken(bench.now, session.challenge);
  assert.equal(session.reason({ name: "time", token }), Reason.unknownKey);
});
