import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { Err, encodeMessage } from "../../protocol/wire/messages.ts";
import { auditCounters } from "./testing/counter-audit.ts";
import { Joint } from "./testing/joint.ts";
import type { Fate } from "./testing/memory-transport.ts";
import { UnlockLedger } from "./testing/unlock-ledger.ts";

const O1 = 0x15;
const S1 = 0x19;
const POWER_RETURNS_MS = 4_000;

async function inStep(t: TestContext, seed = 1): Promise<{ joint: Joint; ledger: UnlockLedger }> {
  const joint = new Joint(t, { seed, suite: opensslSuite });
  assert.equal((await joint.pair()).state, "done");
  await joint.untilInStep();
  return { joint, ledger: new UnlockLedger(joint) };
}

async function endInStep(joint: Joint, ledger: UnlockLedger): Promise<void> {
  joint.transport.fate = () => "pass";
  await joint.untilInStep();
  await joint.clock.advanceAsync(10_000);
  assert.equal(joint.sentence(), "In step.");
  ledger.check();
  auditCounters(joint.transport.requests);
}

test("with the connection gone, a lock is unlocked in one round trip", async (t) => {
  const { joint, ledger } = await inStep(t);
  await joint.transport.hangUp();
  const { requests } = joint.transport;
  const sentBefore = requests.length;
  assert.equal((await ledger.unlock(() => void joint.transport.hangUp())).kind, "done");
  const types = requests.slice(sentBefore).map((request) => request[0]);
  assert.equal(types.filter((type) => type === O1).length, 0);
  assert(types.includes(S1));
  await endInStep(joint, ledger);
});

test("the first unlock after a start of the gateway is resumed as well", async (t) => {
  const { joint, ledger } = await inStep(t);
  await joint.restartGateway();
  const sentBefore = joint.transport.requests.length;
  assert.equal((await joint.unlock()).kind, "done");
  const types = joint.transport.requests.slice(sentBefore).map((request) => request[0]);
  assert(types.includes(S1) && !types.includes(O1), `${types}`);
  await endInStep(joint, ledger);
});

test("a lock that loses power at any flash operation of a resumed unlock acts at most once, and what is said is so", async (t) => {
  const { joint, ledger } = await inStep(t);
  const ends = new Set<string>();
  let operation = 1;
  for (let wasCut = true; wasCut; operation++) {
    wasCut = false;
    const { kind } = await ledger.unlock(() => {
      void joint.transport.hangUp();
      joint.lock.hardware.flash.powerCutAtOperation(operation);
      joint.clock.schedule(POWER_RETURNS_MS, () => {
        wasCut = joint.lock.firmware === undefined;
        joint.lock.powerOn();
        // What was not cut by now is the relocking, which the next trial shall not inherit.
        joint.lock.hardware.flash.powerOn();
      });
    });
    ends.add(kind);
    await joint.clock.advanceAsync(POWER_RETURNS_MS);
    await joint.untilInStep();
  }
  assert(operation > 4, `${operation}`);
  assert.deepEqual(ends, new Set(["done", "unknown"]));
  await endInStep(joint, ledger);
});

test("any frame of a resumed unlock may be lost, there or back: it is done once, and so it is said", async (t) => {
  const { joint, ledger } = await inStep(t);
  for (const loss of ["lose-request", "lose-reply"] as Fate[]) {
    for (let lost = 0; lost < 4; lost++) {
      let frames = 0;
      const outcome = await ledger.unlock(() => {
        void joint.transport.hangUp();
        joint.transport.fate = () => (frames++ === lost ? loss : "pass");
      });
      assert.equal(outcome.kind, "done", `${loss} of frame ${lost}`);
      await joint.untilInStep();
    }
  }
  await endInStep(joint, ledger);
});

test("a gateway that is killed between counter and S1, or between S1 and S2, never uses a counter again", async (t) => {
  const { joint, ledger } = await inStep(t);
  for (const afterMs of [0, 3]) {
    for (const first of [S1, O1]) {
      const died = new Promise<void>((resolve) => {
        void joint.transport.hangUp();
        // A reply that is lost makes the next session an opened one.
        let isOver = false;
        joint.transport.fate = (request) => {
          if (first === O1 && request[0] === S1) return "lose-reply";
          if (isOver || request[0] !== first) return "pass";
          isOver = true;
          const kill = () => {
            joint.transport.fate = () => "pass";
            joint.killGateway();
            resolve();
          };
          if (afterMs > 0) joint.clock.schedule(afterMs, kill);
          else kill();
          return "pass";
        };
      });
      await ledger.unlockInVain(() => void joint.transport.hangUp(), died);
      assert.equal((await ledger.unlock()).kind, "done");
      await joint.untilInStep();
    }
  }
  await endInStep(joint, ledger);
});

test("an ERR that somebody else sends in the lock's place costs a round trip and moves the bolt once", async (t) => {
  const { joint, ledger } = await inStep(t);
  for (const code of [Err.noSession, Err.busy, Err.noSuchSlot]) {
    let isForged = false;
    const outcome = await ledger.unlock(() => {
      void joint.transport.hangUp();
      joint.transport.forge = (request) => {
        if (isForged || request[0] !== S1) return undefined;
        isForged = true;
        return encodeMessage({ type: "ERR", code });
      };
    });
    assert.deepEqual([isForged, outcome.kind], [true, "done"], `ERR ${code}`);
    await joint.untilInStep();
  }
  await endInStep(joint, ledger);
});

test("an older database goes on by OPEN, repeats no counter, and comes into step", async (t) => {
  const { joint, ledger } = await inStep(t);
  assert.equal((await ledger.unlock(() => void joint.transport.hangUp())).kind, "done");
  await joint.untilInStep();
  await joint.backUp();
  for (let i = 0; i < 3; i++) {
    assert.equal((await ledger.unlock(() => void joint.transport.hangUp())).kind, "done");
  }
  await joint.untilInStep();

  // The same RMS, and an n of before.
  await joint.restoreBackup();
  assert.equal((await ledger.unlock()).kind, "done");
  await joint.untilInStep();
  assert.equal(joint.sentence(), "In step.");

  // An RMS that the lock has replaced since.
  await joint.restoreBackup();
  assert.equal((await ledger.unlock()).kind, "done");
  await endInStep(joint, ledger);
});
