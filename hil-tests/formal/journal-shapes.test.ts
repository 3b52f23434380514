import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Reason, reasonName } from "../../protocol/wire/reason.ts";
import { JournalWorld, type Step } from "./journal-world.ts";
import { readTrail } from "./read-trail.ts";
import { depth, playing, shapes } from "./shapes.ts";

const TRAILS = fileURLToPath(new URL("./protocol/formal/trails/", import.meta.resolve("#package")));
const DEPTH = depth(3);

/** Two orders of slot 0, and one S1 in the other slot; the second S1 has the first one's n, as after a backup was put back. */
const MADE: readonly Step[] = [
  { kind: "sign", order: 1, slot: 0 },
  { kind: "make", s1: 1, slot: 0, n: 1, order: 1 },
  { kind: "make", s1: 2, slot: 0, n: 1, order: 0 },
  { kind: "make", s1: 3, slot: 0, n: 2, order: 1 },
  { kind: "sign", order: 2, slot: 1 },
  { kind: "make", s1: 4, slot: 1, n: 1, order: 2 },
];

const HAPPENINGS: readonly (readonly Step[])[] = [
  ...[1, 2, 3, 4].map((s1): Step[] => [{ kind: "deliver", s1 }]),
  [{ kind: "bolt" }],
  [{ kind: "cut", when: "at_rest" }],
  [{ kind: "bolt" }, { kind: "cut", when: "bolt_moved" }],
  [{ kind: "bolt" }, { kind: "cut", when: "after_event" }],
];

test(`whatever ${DEPTH} things happen to five documents in flight, the real lock does as the model does`, async () => {
  const world = new JournalWorld();
  for (const shape of shapes(HAPPENINGS, DEPTH)) await play(world, [...MADE, ...shape]);
  const { done, staleChallenge, busy, outcomeUnknown } = Reason;
  for (const reason of [done, staleChallenge, busy, outcomeUnknown])
    assert(world.heard.has(reason), `no order was ever answered with ${reasonName(reason)}`);
});

const trails = readdirSync(TRAILS).filter((name) => name.startsWith("journal"));

test("there is a trail of each deliberate fault", () => assert(trails.length >= 15, `${trails.length}`));

for (const name of trails) {
  test(`the attack ${name.replace(".txt", "")} does nothing to the real lock`, async () => {
    await play(new JournalWorld(), readTrail(readFileSync(join(TRAILS, name), "utf8")));
  });
}

function play(world: JournalWorld, steps: readonly Step[]): Promise<void> {
  return playing(steps, () => {
    world.begin();
    for (const [i, step] of steps.entries()) world.take(step, steps[i + 1]);
  });
}
