import assert from "node:assert/strict";
import { test } from "node:test";
import { type RosterStep, RosterWorld } from "./roster-world.ts";
import { depth, playing, shapes } from "./shapes.ts";

const DEPTH = depth(2);
const bring = (roster: number): RosterStep[] => [{ kind: "begin", roster }, { kind: "fill" }, { kind: "commit" }];

const HAPPENINGS: readonly (readonly RosterStep[])[] = [
  ...[2, 3, 4, 5, 6].map(bring),
  ...[2, 4].map((roster): RosterStep[] => [{ kind: "begin", roster }]),
  [{ kind: "fill" }],
  [{ kind: "put", id: 1, document: 2 }],
  [{ kind: "commit" }],
  [{ kind: "cut" }],
  [{ kind: "reset" }],
];

test(`whatever ${DEPTH} things two carriers do with six rosters, the real lock does as the model does`, async () => {
  const world = new RosterWorld();
  for (const shape of shapes(HAPPENINGS, DEPTH)) {
    await playing(shape, () => {
      world.begin();
      for (const step of shape) world.take(step);
      world.tryDoor();
    });
  }
});

test("the power may go at any flash operation of a roster on its way: the old table or the new, and the next roster comes", async () => {
  const world = new RosterWorld();
  for (const roster of [2, 3, 4]) {
    for (let operation = 1, wasCut = true; wasCut; operation++) {
      await playing([{ roster }, { cutAt: operation }], () => {
        world.begin();
        world.bench.flash.powerCutAtOperation(operation);
        world.bring(roster);
        wasCut = world.bench.lock.firmware === undefined;
        world.take({ kind: "cut" });
        world.tryDoor();
        for (const next of [3, 4]) world.bring(next);
        world.tryDoor();
      });
      assert(operation < 1_000, "a roster takes only so many flash operations");
    }
  }
});
