import assert from "node:assert/strict";
import { test } from "node:test";
import { type GrantClaims, Right } from "../../protocol/documents/grant.ts";
import { Action, signOrder } from "../../protocol/documents/order.ts";
import type { RosterClaims } from "../../protocol/documents/roster.ts";
import { auxOf } from "../../protocol/log/aux.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { concat } from "../../protocol/wire/bytes.ts";
import { Reason, reasonName } from "../../protocol/wire/reason.ts";
import { giveOrder, type OrderOutcome } from "./give-order.ts";
import { TestDoor } from "./testing/test-door.ts";

const ID = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const HOUR = 3600;

async function unlock(door: TestDoor, grant: Uint8Array, phone = door.phone): Promise<OrderOutcome> {
  return giveOrder(phone, await door.session(), door.bearer(grant), Action.unlock);
}

function assertRefused(door: TestDoor, outcome: OrderOutcome, reason: Reason): void {
  assert.deepEqual(outcome, { kind: "refused", reason });
  assert.equal(door.bolt, "thrown");
}

test("a carried grant opens the door, and the outcome names its record", async () => {
  const door = await TestDoor.inService();
  const outcome = await unlock(door, door.grant());
  const { log, store } = door.lock.firmware!.inside;
  assert.deepEqual(outcome, { kind: "done", flags: 0, seq: log.position.seq });
  assert.equal(door.bolt, "drawn");
  assert.equal(store.record(0, log.position.seq)?.type, RecordType.done);
});

test("a grant that stands in the table too opens the door when its bearer shows it", async () => {
  const door = await TestDoor.inService();
  const grant = door.grant();
  await door.commit(door.roster({}, [grant]));
  assert.equal((await unlock(door, grant)).kind, "done");
});

test("no carried grant is good before the first roster of a generation", async () => {
  const door = new TestDoor();
  await door.pair();
  assertRefused(door, await unlock(door, door.grant()), Reason.unknownGrant);
});

test("a carried grant is revoked when the table has other bytes under its id", async () => {
  const door = await TestDoor.inService();
  await door.commit(door.roster({}, [door.grant({ id: ID, rights: Right.lock })]));
  assertRefused(door, await unlock(door, door.grant({ id: ID })), Reason.revoked);
});

type Refusal = {
  fact: string;
  reason: Reason;
  roster?: (door: TestDoor) => Partial<RosterClaims>;
  grant?: (door: TestDoor) => Partial<GrantClaims>;
};

const REFUSALS: Refusal[] = [
  { fact: "is denied", reason: Reason.revoked, roster: () => ({ denied: [ID] }), grant: () => ({ id: ID }) },
  {
    fact: "was issued before carriedFrom",
    reason: Reason.revoked,
    roster: ({ nowSeconds }) => ({ carriedFrom: nowSeconds }),
    grant: ({ nowSeconds }) => ({ issuedAt: nowSeconds - HOUR }),
  },
  { fact: "is for another lock", reason: Reason.wrongLock, grant: () => ({ audience: [ID] }) },
  { fact: "lacks the right", reason: Reason.rightMissing, grant: () => ({ rights: Right.lock }) },
  {
    fact: "begins later",
    reason: Reason.notYetValid,
    grant: ({ nowSeconds }) => ({ notBefore: nowSeconds + HOUR }),
  },
  { fact: "has ended", reason: Reason.expired, grant: ({ nowSeconds }) => ({ expires: nowSeconds }) },
  {
    fact: "has windows where the lock knows no time zone",
    reason: Reason.outsideHours,
    grant: () => ({ windows: [{ days: 255, from: 0, to: 1440 }] }),
  },
  {
    fact: "comes after the roster went stale",
    reason: Reason.rosterStale,
    roster: ({ nowSeconds }) => ({ staleAfter: nowSeconds }),
  },
  {
    fact: "asks for a second factor",
    reason: Reason.secondFactorMissing,
    grant: () => ({ credentials: [{ kind: "key" }, { kind: "pin", verifier: ID }], rule: 2 }),
  },
];

for (const { fact, reason, roster, grant } of REFUSALS) {
  test(`a carried grant that ${fact} is refused: ${reasonName(reason)}`, async () => {
    const door = new TestDoor();
    await door.pair();
    await door.commit(door.roster(roster?.(door)));
    assertRefused(door, await unlock(door, door.grant(grant?.(door))), reason);
  });
}

test("a carried grant is good for as many uses as it says", async () => {
  const door = await TestDoor.inService();
  const grant = door.grant({ uses: 1 });
  assert.equal((await unlock(door, grant)).kind, "done");
  assert.deepEqual(await unlock(door, grant), { kind: "refused", reason: Reason.usesSpent });
});

test("a grant by another issuer, a forged one and a stolen one open nothing", async () => {
  const door = await TestDoor.inService();
  assertRefused(door, await unlock(door, door.grant({}, door.newKey())), Reason.unknownKey);

  const forged = door.grant();
  forged[forged.length - 1]! ^= 1;
  assertRefused(door, await unlock(door, forged), Reason.signature);

  const thief = { key: door.newKey(), grant: door.grant() };
  assertRefused(door, await giveOrder(door.phone, await door.session(), thief, Action.unlock), Reason.unknownKey);
});

test("a stranger's refusals can not fill the log", async () => {
  const door = await TestDoor.inService();
  const { log, store } = door.lock.firmware!.inside;
  const session = await door.session();
  const foreign = door.bearer(door.grant({}, door.newKey()));
  const before = log.position.seq;
  for (let n = 0; n < 20; n++) await giveOrder(door.phone, session, foreign, Action.unlock);
  assert.equal(log.position.seq, before + 1);
  door.clock.advance(60_000);
  await giveOrder(door.phone, session, foreign, Action.unlock);
  assert.equal(log.position.seq, before + 2);
  assert.deepEqual(store.record(0, before + 2)?.aux, auxOf({ value: 19 }));
});

test("a replayed order gets a stale challenge and moves nothing", async () => {
  const door = await TestDoor.inService();
  const grant = door.grant({ id: ID });
  const session = await door.session();
  const { lockId } = door.known;
  const { suite } = door.phone;
  const claims = { lockId, challenge: session.challenge, action: Action.unlock, grantId: ID };
  const order = signOrder(suite, door.bearerKey, { ...claims, notAfter: door.nowSeconds + 60 });
  const act = { name: "act", action: Action.unlock, grant, order } as const;
  assert((await session.command(act)).ok);
  door.clock.advance(60_000);
  assert.equal(door.bolt, "thrown");

  const again = await session.command(act);
  assert(!again.ok);
  assert.deepEqual(again.refusal, { reason: Reason.staleChallenge, challenge: session.challenge });
  const elsewhere = await (await door.session()).command(act);
  assert(!elsewhere.ok);
  assert.equal(elsewhere.refusal.reason, Reason.staleChallenge);
  assert.equal(door.bolt, "thrown");
});

test("a challenge that has grown stale is renewed once, and the door opens", async () => {
  const door = new TestDoor();
  await door.pair({ time: 0 });
  await door.commit(door.roster());
  const grant = door.grant({ rights: Right.unlock | Right.essential });
  const session = await door.session();
  // With uncertain time a challenge lasts two minutes of uptime.
  door.clock.advance(121_000);
  assert.equal((await giveOrder(door.phone, session, door.bearer(grant), Action.unlock)).kind, "done");
  assert.equal(door.bolt, "drawn");
});

test("a lock without the time is told it by a phone that can ask the issuer", async () => {
  const door = new TestDoor();
  await door.pair({ time: 0 });
  await door.commit(door.roster());
  const grant = door.grant();
  assertRefused(door, await unlock(door, grant), Reason.timeUncertain);

  const { askForTime } = door;
  const outcome = await giveOrder(door.phone, await door.session(), door.bearer(grant, { askForTime }), Action.unlock);
  assert.equal(outcome.kind, "done");
  assert.equal(door.lock.firmware!.inside.clock.isUncertain(), false);
});

test("a session that has stood for two minutes is told the time over its next challenge", async () => {
  const door = new TestDoor();
  await door.pair({ time: 0 });
  await door.commit(door.roster());
  const session = await door.session();
  let asked = 0;
  const askForTime: typeof door.askForTime = (lockId, challenge) => {
    // The issuer is slow the first time.
    if (asked++ === 0) door.clock.advance(121_000);
    return door.askForTime(lockId, challenge);
  };
  const outcome = await giveOrder(door.phone, session, door.bearer(door.grant(), { askForTime }), Action.unlock);
  assert.deepEqual([outcome.kind, asked], ["done", 2]);
});

test("a lock that does not believe the token keeps its reason", async () => {
  const door = new TestDoor();
  await door.pair({ time: 0 });
  await door.commit(door.roster());
  const askForTime = async (lockId: Uint8Array) => door.askForTime(lockId, ID);
  const bearer = door.bearer(door.grant(), { askForTime });
  const outcome = await giveOrder(door.phone, await door.session(), bearer, Action.unlock);
  assertRefused(door, outcome, Reason.timeUncertain);
});

test("a phone's clock may be off by a minute and no more", async () => {
  const door = await TestDoor.inService();
  assert.equal((await unlock(door, door.grant(), door.phoneAhead(58))).kind, "done");
  assert.equal((await unlock(door, door.grant(), door.phoneAhead(-58))).kind, "done");
  door.clock.advance(60_000);
  assertRefused(door, await unlock(door, door.grant(), door.phoneAhead(62)), Reason.notYetValid);
  assertRefused(door, await unlock(door, door.grant(), door.phoneAhead(-62)), Reason.expired);
});

test("when the answer to an order is lost, nobody says that it failed", async () => {
  const door = await TestDoor.inService();
  const carrier = door.carrier();
  carrier.breakAt = { frame: 1, lost: "reply" };
  const outcome = await giveOrder(door.phone, await door.session(carrier), door.bearer(door.grant()), Action.unlock);
  assert.equal(outcome.kind, "unknown");
  assert.equal(door.bolt, "drawn");
});

test("an answer with a bit turned is no answer", async () => {
  const door = await TestDoor.inService();
  const carrier = door.carrier();
  const session = await door.session({
    request: async (frame) => {
      const reply = Uint8Array.from(await carrier.request(frame));
      if (carrier.sent.length > 1) reply[reply.length - 1]! ^= 1;
      return reply;
    },
    close: () => carrier.close(),
  });
  const outcome = await giveOrder(door.phone, session, door.bearer(door.grant()), Action.unlock);
  assert.equal(outcome.kind, "unknown");
});

test("what is no grant is never shown", async () => {
  const door = await TestDoor.inService();
  const carrier = door.carrier();
  const bearer = door.bearer(concat(door.grant(), ID));
  await assert.rejects(giveOrder(door.phone, await door.session(carrier), bearer, Action.unlock), RangeError);
  assert.equal(carrier.sent.length, 1);
});
