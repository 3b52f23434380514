import assert from "node:assert/strict";
import type { Clock } from "../../protocol/clock.ts";
import type { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { until } from "../rig-tools/until.ts";
import { Building } from "./building.ts";

/** What an unlocking takes on a quiet bus: a session, the bolt's travel and a machine that has other things to do. */
const UNLOCK_MS = 3_000;
/** An unlocking is three requests, and before each a dead neighbour may just have been asked, for 1.2 s. */
const DEAD_LOCK_COSTS_MS = 3 * 1_200;
const NOTICE_MS = 10_000;
const ROUNDS = 3;

/** Three locks on one bus, one of which is killed: the others go on, and it comes back. `tell` hears how it goes. */
export async function drill(clock: Clock, random: SeededRandom, tell: (line: string) => void): Promise<void> {
  const building = await Building.start(clock, random, { locks: 3 });
  try {
    await Promise.all(building.addresses.map((address) => building.pair(address)));
    for (const address of building.addresses) await unlock(building, address, UNLOCK_MS, tell);

    await building.lock(2).program.kill();
    tell("the lock at 2 was killed");
    for (let round = 0; round < ROUNDS; round++) {
      for (const address of [1, 3]) await unlock(building, address, UNLOCK_MS + DEAD_LOCK_COSTS_MS, tell);
    }
    await noticed(clock, building);

    await building.startLock(2);
    tell("the lock at 2 is back");
    for (const address of building.addresses) await unlock(building, address, UNLOCK_MS + DEAD_LOCK_COSTS_MS, tell);
    tell("all went on");
  } finally {
    await building.close();
  }
}

async function unlock(
  building: Building,
  address: number,
  withinMs: number,
  tell: (line: string) => void,
): Promise<void> {
  const tookMs = await building.unlock(address);
  tell(`the lock at ${address} was unlocked in ${Math.round(tookMs)} ms`);
  assert.ok(tookMs < withinMs, `unlocking the lock at ${address} took ${Math.round(tookMs)} ms`);
}

/** Waits until the gateway says what is the matter with the dead lock, and that nothing is with the others. */
async function noticed(clock: Clock, building: Building): Promise<void> {
  await until(
    clock,
    NOTICE_MS,
    () => "noticing the dead lock",
    async () => {
      const [one, two, three] = [await building.sync(1), await building.sync(2), await building.sync(3)];
      const isMissed = two?.state === "waiting" && /^No lock answers at address 2 of /.test(two.sentence);
      return (isMissed && one?.state === "in-step" && three?.state === "in-step") || undefined;
    },
  );
}
