import { type Clock, delay } from "../../protocol/clock.ts";
import type { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { Ledger } from "./ledger.ts";
import { TRIALS, type Trial } from "./trials.ts";
import { World } from "./world.ts";

/** In one of so many trials the lock is killed as well. */
const LOCK_TOO = 3;
/** In one of so many the gateway is killed again while it starts: this long after its start at the most. */
const START_TOO = 4;
const START_MS = 800;

/** Kills one gateway `kills` times. Whether all went well; `tell` hears how it goes. */
export async function crashRun(
  clock: Clock,
  random: SeededRandom,
  kills: number,
  tell: (line: string) => void,
): Promise<boolean> {
  const world = await World.start(clock);
  const ledger = new Ledger();
  let trial = "the first pairing";
  try {
    ledger.reset((await world.lock.state()).generation);
    await world.finishPairing();
    for (let kill = 1; kill <= kills; kill++) {
      const chosen = TRIALS[random.below(TRIALS.length)]!;
      trial = `kill ${kill}, during ${chosen.name}`;
      await crashDuring(chosen, world, ledger, random);
    }
  } catch (error) {
    tell(`${trial}: ${error instanceof Error ? error.message : String(error)}`);
    tell(`what is left of it is in ${world.folder}`);
    await world.close({ keepFolder: true });
    return false;
  }
  await world.close({ keepFolder: false });
  tell(`${kills} kills, nothing lost and nothing done twice`);
  return true;
}

async function crashDuring(trial: Trial, world: World, ledger: Ledger, random: SeededRandom): Promise<void> {
  const killAfterMs = random.below(trial.killWithinMs);
  const lockAfterMs = random.below(LOCK_TOO) === 0 ? random.below(trial.killWithinMs) : undefined;
  const startKilledAfterMs = random.below(START_TOO) === 0 ? random.below(START_MS) : undefined;
  const meanwhile = () => (startKilledAfterMs === undefined ? undefined : world.startInVain(startKilledAfterMs));
  const begun = await trial.begin(world, ledger);
  await Promise.all([
    delay(world.clock, killAfterMs).then(() => world.crashGateway(meanwhile)),
    lockAfterMs === undefined ? undefined : delay(world.clock, lockAfterMs).then(() => world.crashLock()),
  ]);
  await begun.check();
  ledger.check(await world.settle());
  await world.checkGrants();
}
