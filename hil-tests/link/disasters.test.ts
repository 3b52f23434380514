import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { Joint } from "./testing/joint.ts";
import type { Fate } from "./testing/memory-transport.ts";
import { UnlockLedger } from "./testing/unlock-ledger.ts";

const suite = opensslSuite;

/** Every record that the lock has, verified and covered by its signature, is here. */
function assertWhole(joint: Joint, what: string): void {
  const { events } = joint.gateway;
  const position = events.position(joint.lockId);
  assert.equal(joint.sentence(), "In step.", what);
  assert(position && events.headThrough(joint.lockId, position.generation) === position.seq, what);
  assert(!events.after(0, 100_000).some(({ kind }) => kind === "gap"), what);
}

test("any one frame may be lost, there or back: the lock ends in step and is unlocked at most once", async (t) => {
  for (const loss of ["lose-request", "lose-reply"] as Fate[]) {
    for (let lost = 0; lost < 30; lost++) {
      const what = `${loss} of frame ${lost}`;
      const joint = new Joint(t, { seed: 1_000 + lost, suite });
      let frames = 0;
      joint.transport.fate = () => (frames++ === lost ? loss : "pass");
      const first = await joint.pair();
      if (first.state === "failed") {
        assert.match(first.error ?? "", /did not answer|no answer|has not taken the pairing/i, what);
        assert.equal((await joint.pair()).state, "done", what);
      }
      const ledger = new UnlockLedger(joint);
      assert.equal((await ledger.unlock()).kind, "done", what);
      await joint.untilInStep();
      assertWhole(joint, what);
      ledger.check();
    }
  }
});

test("whatever comes over lock, gateway and link, nothing is lost and nothing is done twice", async (t) => {
  for (let seed = 1; seed <= 12; seed++) {
    const what = `seed ${seed}`;
    const chance = new SeededRandom(9_000 + seed);
    const joint = new Joint(t, { seed, suite });
    const ledger = new UnlockLedger(joint);
    while ((await joint.pair()).state === "failed");
    joint.transport.fate = () => (chance.below(12) > 0 ? "pass" : chance.below(2) > 0 ? "lose-request" : "lose-reply");
    for (let i = 0; i < 6; i++) {
      switch (chance.below(4)) {
        case 0:
          joint.lock.hardware.flash.powerCutAtOperation(1 + chance.below(12));
          break;
        case 1:
          joint.clock.schedule(5_000 + chance.below(3_000), () => joint.lock.powerCycle(200 + chance.below(4_000)));
          break;
        case 2:
          await joint.restartGateway();
          break;
        default:
      }
      await ledger.unlock();
      if (!joint.lock.firmware) joint.lock.powerOn();
    }
    joint.transport.fate = () => "pass";
    joint.lock.powerCycle(100);
    await joint.untilInStep();
    await joint.clock.advanceAsync(10_000);
    assertWhole(joint, what);
    ledger.check();
  }
});
