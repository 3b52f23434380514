import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { RecordType } from "../protocol/log/record.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { fromHex } from "../protocol/wire/bytes.ts";
import { Reason } from "../protocol/wire/reason.ts";
import type { ActOutcome } from "./api/services.ts";
import { OPERATOR_GRANT_ID } from "./rights/operator-grant.ts";
import { refused } from "./testing/fake-lock.ts";
import { TestGateway } from "./testing/test-gateway.ts";

const O1 = 0x15;
const C = 0x17;
const S1 = 0x19;

async function paired(t: TestContext): Promise<TestGateway> {
  const gateway = new TestGateway(t);
  await gateway.pair();
  return gateway;
}

const unlock = (gateway: TestGateway): Promise<ActOutcome> =>
  gateway.run(gateway.parts.services.actions.act(gateway.lock.lockId, "unlock"));

type Loss = "request" | "reply";

/** Loses the next ACT on its way, or the reply to it. */
function loseAct(gateway: TestGateway, loss: Loss, atTheLock: () => void = () => {}): void {
  const { air, lock } = gateway;
  const { override } = lock;
  lock.override = (command) => {
    if (command.name !== "act") return override(command);
    lock.override = override;
    atTheLock();
    // A lock that refuses a frame as forged is silent and forgets the session, as one that never saw it.
    if (loss === "request") throw new ProtocolError("wrong-tag");
    air.losesReply = true;
    return override(command);
  };
}

test("an unlock is done when the lock says so", async (t) => {
  const gateway = await paired(t);
  assert.deepEqual(await unlock(gateway), { kind: "done", flags: 1, seq: gateway.lock.seq });
  assert.equal(gateway.lock.acts, 1);
});

test("a refusal comes with its reason", async (t) => {
  const gateway = await paired(t);
  gateway.lock.override = ({ name }) => (name === "act" ? refused(Reason.jammed, gateway.lock.challenge) : undefined);
  assert.deepEqual(await unlock(gateway), { kind: "refused", reason: Reason.jammed });
});

test("a stale challenge is answered with an order over the new one", async (t) => {
  const gateway = await paired(t);
  gateway.lock.override = ({ name }) => {
    gateway.lock.override = () => undefined;
    return name === "act" ? refused(Reason.staleChallenge, gateway.lock.challenge) : undefined;
  };
  assert.equal((await unlock(gateway)).kind, "done");
});

test("a lost reply is looked up in the log: done, and never done again", async (t) => {
  const gateway = await paired(t);
  loseAct(gateway, "reply");
  assert.equal((await unlock(gateway)).kind, "done");
  assert.equal(gateway.lock.acts, 1);
});

test("a lost order whose challenge still stands is sent again, the same one", async (t) => {
  const gateway = await paired(t);
  loseAct(gateway, "request");
  assert.equal((await unlock(gateway)).kind, "done");
  assert.equal(gateway.lock.acts, 1);
});

test("an order that was lost is not taken for done because another over the same challenge was", async (t) => {
  const gateway = await paired(t);
  const { actions } = gateway.parts.services;
  const { lockId } = gateway.lock;
  loseAct(gateway, "request");
  const outcomes = await gateway.run(Promise.all([actions.act(lockId, "unlock"), actions.act(lockId, "lock")]));
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ["done", "done"],
  );
  assert.equal(gateway.lock.acts, 2);
});

test("an order that a reboot made stale did nothing, and a new one is made", async (t) => {
  const gateway = await paired(t);
  loseAct(gateway, "request", () => gateway.lock.reboot());
  assert.equal((await unlock(gateway)).kind, "done");
  assert.equal(gateway.lock.acts, 1);
});

test("a refusal whose reply was lost did nothing: a new order gets it again", async (t) => {
  const gateway = await paired(t);
  const { lock } = gateway;
  lock.override = ({ name }) => {
    if (name !== "act") return undefined;
    lock.log({ type: RecordType.refused, result: Reason.revoked, ref: fromHex(OPERATOR_GRANT_ID) });
    lock.challenge = gateway.random.bytes(8);
    return refused(Reason.revoked, lock.challenge);
  };
  loseAct(gateway, "reply");
  assert.deepEqual(await unlock(gateway), { kind: "refused", reason: Reason.revoked });
  assert.equal(lock.acts, 0);
});

test("an order whose time the lock refuses is made again by the lock's clock as it is now", async (t) => {
  const gateway = await paired(t);
  const { lock } = gateway;
  lock.override = ({ name }) => {
    if (name !== "act") return undefined;
    lock.override = () => undefined;
    lock.aheadSeconds = -3_600;
    return refused(Reason.notYetValid, lock.challenge);
  };
  assert.equal((await unlock(gateway)).kind, "done");
});

/** The connection ends, so that the next order goes in an S1; returns the frames that are sent from then on, those of the sync that follows too. */
async function hangUp(gateway: TestGateway): Promise<Uint8Array[]> {
  await gateway.air.hangUp();
  const frames: Uint8Array[] = [];
  gateway.air.fate = (frame) => {
    frames.push(frame);
    return "pass";
  };
  return frames;
}

test("with no session open an order is one round trip, its counter above the one before", async (t) => {
  const gateway = await paired(t);
  for (const n of [1, 2]) {
    const frames = await hangUp(gateway);
    const before = gateway.lock.commands.length;
    assert.equal((await unlock(gateway)).kind, "done");
    assert.deepEqual([frames[0]?.[0], gateway.lock.commands[before], gateway.lock.n], [S1, "act", n]);
    await gateway.clock.advanceAsync(1_000);
  }
  assert.equal(gateway.lock.acts, 2);
});

test("the counter is durable before S1 is sent", async (t) => {
  const gateway = await paired(t);
  await gateway.air.hangUp();
  let durable: number | undefined;
  gateway.air.fate = (frame) => {
    if (frame[0] === S1) durable = gateway.parts.locks.slot(gateway.lock.lockId)?.n;
    return "pass";
  };
  assert.equal((await unlock(gateway)).kind, "done");
  assert.deepEqual([durable, gateway.lock.counters], [1, [1]]);
});

test("a lost S2 is asked for with the same S1, which the lock answers from its record", async (t) => {
  const gateway = await paired(t);
  const frames = await hangUp(gateway);
  gateway.air.losesReply = true;
  assert.equal((await unlock(gateway)).kind, "done");
  assert.deepEqual([gateway.lock.counters, gateway.lock.acts], [[1, 1], 1]);
  assert.deepEqual(frames[0], frames[1]);
});

test("when an S1 gets nowhere, OPEN follows, the log is looked at, and the same order goes again", async (t) => {
  const gateway = await paired(t);
  const frames = await hangUp(gateway);
  gateway.lock.rms = undefined;
  assert.equal((await unlock(gateway)).kind, "done");
  assert.deepEqual(
    frames.slice(0, 4).map((frame) => frame[0]),
    [S1, O1, C, C],
  );
  assert.equal(gateway.lock.acts, 1);
});

test("an RMS ends after a day, and after 1024 uses", async (t) => {
  const gateway = await paired(t);
  const { lock, air, clock } = gateway;
  const opensOfUnlock = async () => {
    const before = lock.opens;
    await air.hangUp();
    air.isDown = false;
    assert.equal((await unlock(gateway)).kind, "done");
    return lock.opens - before;
  };
  const stayAway = async (hours: number) => {
    await air.hangUp();
    air.isDown = true;
    await clock.advanceAsync(hours * 3_600_000);
  };
  await stayAway(23);
  assert.equal(await opensOfUnlock(), 0);
  await stayAway(1);
  assert.equal(await opensOfUnlock(), 1);
  const slot = gateway.parts.locks.slot(lock.lockId)!;
  await gateway.run(gateway.parts.locks.putSlot({ ...slot, n: slot.rms!.sinceN + 1_023 }));
  assert.equal(await opensOfUnlock(), 0);
  assert.equal(await opensOfUnlock(), 1);
});

test("a lock that lost power while it acted leaves the outcome unknown", async (t) => {
  const gateway = await paired(t);
  const { lock } = gateway;
  lock.override = ({ name }) => {
    if (name !== "act") return undefined;
    lock.log({ type: RecordType.intent, result: 1, ref: lock.challenge });
    lock.log({ type: RecordType.boot });
    lock.log({ type: RecordType.done, result: Reason.outcomeUnknown });
    lock.reboot();
    return refused(Reason.busy);
  };
  loseAct(gateway, "reply");
  const outcome = await unlock(gateway);
  assert.equal(outcome.kind, "unknown");
  assert.equal(lock.acts, 0);
});

test("a lock that stays away after the order leaves the outcome unknown", async (t) => {
  const gateway = await paired(t);
  loseAct(gateway, "reply", () => {
    gateway.air.isDown = true;
  });
  const outcome = await unlock(gateway);
  assert.equal(outcome.kind, "unknown");
  assert.match(outcome.kind === "unknown" ? outcome.message : "", /is not known yet; its log will tell/);
});

test("a lock that can not be reached gets no order", async (t) => {
  const gateway = await paired(t);
  gateway.air.isDown = true;
  await gateway.clock.advanceAsync(60_000);
  assert.deepEqual(await unlock(gateway), { kind: "unreachable", message: "Nothing at tcp://127.0.0.1:7001." });
  assert.equal(gateway.lock.acts, 0);
});

test("a log that does not hold proves nothing", async (t) => {
  const gateway = await paired(t);
  loseAct(gateway, "reply", () => {
    const { lock } = gateway;
    let isTampered = false;
    lock.override = ({ name }) => {
      if (name === "readLog" && !isTampered) lock.tamper(lock.seq);
      isTampered ||= name === "readLog";
      return undefined;
    };
  });
  assert.equal((await unlock(gateway)).kind, "unknown");
});

test("a lock whose clock has come to its end gets an order all the same", async (t) => {
  const gateway = await paired(t);
  const { lock } = gateway;
  lock.reboot();
  lock.rms = undefined;
  lock.capsLies = { time: 2 ** 32 - 1 };
  assert.equal((await unlock(gateway)).kind, "done");
});

test("a lock whose log is said to be at the last number leaves the outcome unknown", async (t) => {
  const gateway = await paired(t);
  const { lock } = gateway;
  lock.reboot();
  lock.rms = undefined;
  lock.capsLies = { seq: 2 ** 32 - 1 };
  lock.override = ({ name }) => {
    if (name === "act") throw new ProtocolError("wrong-tag");
    return undefined;
  };
  assert.equal((await unlock(gateway)).kind, "unknown");
});

test("a log that is longer than any lock has room for is not read for ever", async (t) => {
  const gateway = await paired(t);
  const { lock } = gateway;
  // Resumed, the order itself would be asked for again.
  lock.rms = undefined;
  loseAct(gateway, "reply", () => {
    for (let i = 0; i < 5_000; i++) lock.log({ type: RecordType.wrongTry });
  });
  const outcome = await unlock(gateway);
  assert.match(outcome.kind === "unknown" ? outcome.message : "", /has no end/);
});
