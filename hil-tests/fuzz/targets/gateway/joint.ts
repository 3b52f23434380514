import assert from "node:assert/strict";
import { opensslSuite } from "../../../../crypto/openssl.ts";
import type { ActName } from "../../../../gateway/api/services.ts";
import type { Lock } from "../../../../lock-sim/lock.ts";
import { RecordType } from "../../../../protocol/log/record.ts";
import { Joint } from "../../../link/testing/joint.ts";
import type { Fate } from "../../../link/testing/memory-transport.ts";
import type { Target } from "../../engine/target.ts";
import { Cleanups } from "../cleanups.ts";
import { Script } from "../script.ts";

const STEPS_MAX = 10;
const SEED = 1;
const PAUSES_MS = [0, 100, 5_000, 61_000];
const OFF_MS = 500;
const FLASH_OPERATIONS_MAX = 16;
const FATES: readonly Fate[] = ["pass", "pass", "pass", "lose-request", "lose-reply"];

/**
 * The real gateway and the real firmware over a link that loses frames and on which somebody else answers first, with power
 * cuts and kills: an order works at most once, done is said of what was done, and in the end the lock is in step.
 */
export const joint: Target = {
  name: "joint",
  seeds: () =>
    [
      [0, 0, 0, 0],
      [0, 0, 4, 0, 0, 0, 0, 0],
      [0, 1, 3, 0, 0, 4, 0, 0, 0, 0],
      [2, 3, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 1, 2, 0x1f, 1, 0, 0, 0],
      [3, 0, 0, 0, 0, 4, 0, 1],
    ].map((steps) => Uint8Array.from(steps)),
  inputBytesMax: 120,
  batch: 10,
  allowed: [],
  open: () => ({
    execute: async (input) => {
      const cleanups = new Cleanups();
      try {
        await play(new Joint(cleanups, { seed: SEED, suite: opensslSuite }), new Script(input));
      } finally {
        await cleanups.run();
      }
    },
  }),
};

async function play(world: Joint, script: Script): Promise<void> {
  assert.equal((await world.pair()).state, "done");
  const { transport, lock } = world;
  transport.fate = () => (script.isOver ? "pass" : script.pick(FATES));
  transport.forge = () => (script.isOver || script.byte() % 4 !== 1 ? undefined : forgedReply(script));
  for (let steps = 0; steps < STEPS_MAX && !script.isOver; steps++) {
    switch (script.byte() % 5) {
      case 1:
        await world.clock.advanceAsync(script.pick(PAUSES_MS));
        break;
      case 2:
        lock.cutPowerAtFlashOperation(1 + (script.byte() % FLASH_OPERATIONS_MAX), OFF_MS);
        break;
      case 3:
        world.killGateway();
        break;
      case 4:
        lock.powerCycle(OFF_MS);
        break;
      default:
        await order(world, script.pick(["unlock", "lock", "hold", "end-hold"]));
    }
  }
  await world.untilInStep();
  assert.equal(world.sentence(), "In step.");
}

async function order(world: Joint, name: ActName): Promise<void> {
  const { gateway, lock, lockId } = world;
  const before = doneIn(lock);
  const outcome = await world.run(gateway.services.actions.act(lockId, name));
  const after = doneIn(lock);
  if (before === undefined || after === undefined) return;
  const acts = after - before;
  assert(acts <= 1, "one order, several acts");
  if (outcome.kind === "done") assert.equal(acts, 1, "said to be done");
  if (outcome.kind === "refused" || outcome.kind === "unreachable") assert.equal(acts, 0, "said not to be done");
}

/** Orders that the lock's log says were done; a lock without power tells nothing. */
function doneIn({ firmware }: Lock): number | undefined {
  if (!firmware) return undefined;
  return [...firmware.inside.store.newestFirst()].filter(({ type, result }) => type === RecordType.done && result === 0)
    .length;
}

/** Somebody answers before the lock does: with anything, or with what it said before. */
function forgedReply(script: Script): Uint8Array {
  const piece = script.piece();
  return piece.length > 0 ? piece : Uint8Array.of(0x1f, 1 + (script.byte() % 5));
}
