import assert from "node:assert/strict";
import type { ActName, ActOutcome } from "../../../../gateway/api/services.ts";
import { TestGateway, VIA } from "../../../../gateway/testing/test-gateway.ts";
import type { Target } from "../../engine/target.ts";
import { Cleanups } from "../cleanups.ts";
import { Script } from "../script.ts";
import { LyingWay } from "./lying-lock.ts";

const STEPS_MAX = 12;
const ACT_WITHIN_MS = 300_000;
const PAUSES_MS = [0, 100, 5_000, 61_000, 600_000];
const ACTIONS: readonly ActName[] = ["unlock", "lock", "hold", "end-hold"];
const OTHERS: readonly ActName[] = ["lock", "hold"];
const EVENTS_MAX = 5_000;

/**
 * A whole gateway and a lock that lies, talks nonsense or is cut off, as the script says. The gateway never falls over, never
 * waits for ever, never asks or stores without end, and says of an order that it was done only if the lock says so.
 */
export const gatewaySession: Target = {
  name: "gateway",
  seeds: () =>
    [
      // A step; then, while it lasts, a byte for each connection and some for each exchange.
      [1, 0, 0, 10],
      [1, 0, 0, 1, 0, 10, 10, 10],
      [1, 3, 0, 0, 0, 10, 5, 3, 3, 10],
      [1, 0, 0, 9, 0, 1, 10, 10],
      [4, 0, 0, 0, 0, 10, 10, 10, 10],
      [4, 1, 0, 1, 0, 10, 10, 0, 10],
      [0, 2, 0, 6, 1, 0, 3, 1, 0],
      [0, 2, 0, 6, 4, 0, 3, 1, 0, 0, 10],
      [1, 0, 0, 3, 1, 8, 4, 3, 10, 10],
      [1, 0, 0, 3, 1, 8, 2, 3, 0, 10, 10],
      [0, 2, 0, 7, 2, 0x81, 0x00, 6, 3, 0, 3, 1, 1],
      [2, 0, 3, 0, 0, 10, 10, 10, 1, 0],
    ].map((steps) => Uint8Array.from(steps)),
  inputBytesMax: 200,
  batch: 10,
  allowed: [],
  open: () => {
    // A mistake of ours that nobody waits for would end the daemon; here it is told with the script that made it.
    const rejections: unknown[] = [];
    const listen = (error: unknown) => rejections.push(error);
    process.on("unhandledRejection", listen);
    return {
      execute: async (input) => {
        rejections.length = 0;
        const cleanups = new Cleanups();
        try {
          await play(cleanups, new Script(input));
        } finally {
          await cleanups.run();
        }
        if (rejections.length > 0) throw rejections[0];
      },
      close: async () => {
        process.off("unhandledRejection", listen);
      },
    };
  },
};

async function play(cleanups: Cleanups, script: Script): Promise<void> {
  const gateway = new TestGateway(cleanups);
  await gateway.pair();
  const { clock, lock, parts } = gateway;
  const way = new LyingWay(lock, clock);
  gateway.air.open = () => way.open();
  await gateway.air.hangUp();
  way.script = script;
  for (let steps = 0; steps < STEPS_MAX && !script.isOver; steps++) {
    switch (script.byte() % 5) {
      case 0:
        await clock.advanceAsync(script.pick(PAUSES_MS));
        break;
      case 1: {
        const acts = lock.acts;
        const outcome = await gateway.run(parts.services.actions.act(lock.lockId, script.pick(ACTIONS)), ACT_WITHIN_MS);
        if (!way.hasLied) assertTold(outcome, lock.acts - acts);
        break;
      }
      case 4: {
        const acts = lock.acts;
        const { actions } = parts.services;
        const both = (["unlock", script.pick(OTHERS)] as const).map((name) => actions.act(lock.lockId, name));
        const outcomes = await gateway.run(Promise.all(both), ACT_WITHIN_MS);
        const done = outcomes.filter(({ kind }) => kind === "done").length;
        if (!way.hasLied) assert(done <= lock.acts - acts, "more is said to be done than was");
        break;
      }
      case 2:
        lock.log({ type: script.pick([1, 4, 5, 7, 8, 20, 24]) });
        break;
      default:
        gateway.parts.services.pairings.start({ label: lock.labelText, via: VIA }).catch(() => {});
        lock.isPairing = script.byte() % 2 === 0;
    }
  }
  assert((parts.events.position(lock.lockId)?.seq ?? 0) <= EVENTS_MAX || way.hasLied);
}

/** What is said of an order, and how often the bolt has moved for it. */
function assertTold(outcome: ActOutcome, acts: number): void {
  assert(acts <= 1, "one order, several acts");
  if (outcome.kind === "done") assert.equal(acts, 1, "said to be done");
  if (outcome.kind === "refused" || outcome.kind === "unreachable") assert.equal(acts, 0, "said not to be done");
}
