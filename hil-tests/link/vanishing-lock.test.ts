import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { SerialTransport } from "../../gateway/transport/serial.ts";
import type { Lock } from "../../lock-sim/lock.ts";
import { Joint } from "./testing/joint.ts";
import { MemoryLine } from "./testing/memory-line.ts";
import { UnlockLedger } from "./testing/unlock-ledger.ts";

const GONE_MS = 4_000;

/**
 * Unlocks again and again; each time the lock vanishes after one byte more of the exchange, and comes back. Returns how
 * the unlockings ended.
 */
async function vanishAtEveryByte(t: TestContext, vanish: (lock: Lock) => void): Promise<Set<string>> {
  let line!: MemoryLine;
  const joint = new Joint(t, {
    seed: 1,
    suite: opensslSuite,
    carrier: {
      via: "serial:/dev/memory",
      transportTo(lock, clock) {
        line = new MemoryLine(lock, clock);
        return new SerialTransport(clock, () => line.open, []);
      },
    },
  });
  assert.equal((await joint.pair()).state, "done");
  const ledger = new UnlockLedger(joint);
  let startBytes = 0;
  await ledger.unlock(() => {
    startBytes = line.passedBytes;
  });
  const exchangeBytes = line.passedBytes - startBytes;

  const ends = new Set<string>();
  for (let bytes = 1; bytes <= exchangeBytes; bytes++) {
    const cut = () => {
      vanish(joint.lock);
      joint.clock.schedule(GONE_MS, () => line.mend());
    };
    const { kind } = await ledger.unlock(() => line.cutAfter(bytes, cut));
    ends.add(kind);
    line.mend();
  }
  await joint.untilInStep();
  ledger.check();
  return ends;
}

test("a lock whose cable comes off after any byte of an unlocking is unlocked once, and so it is said", async (t) => {
  assert.deepEqual(await vanishAtEveryByte(t, () => {}), new Set(["done"]));
});

test("a lock that loses power after any byte of an unlocking is unlocked at most once", async (t) => {
  const ends = await vanishAtEveryByte(t, (lock) => lock.powerCycle(GONE_MS));
  assert.deepEqual(ends, new Set(["done", "unknown"]));
});
