import assert from "node:assert/strict";
import { test } from "node:test";
import type { Asked } from "../../gateway/decision/asked.ts";
import { Reason, reasonName } from "../../protocol/wire/reason.ts";
import { DrawnDoor } from "./drawn-door.ts";

const SEED = Number(process.env.SEED ?? 1);
const DOORS = 24;
const ROUNDS = 8;
const LOOK_AHEAD_SECONDS = 40 * 86_400;

test("what was answered beforehand is what the lock does, to the second at which the answer changes", (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const answers = new Map<Reason, number>();
  for (let seed = SEED; seed < SEED + DOORS; seed++) {
    const door = new DrawnDoor(seed);
    for (let round = 0; round < ROUNDS; round++) {
      const grant = door.newGrant();
      const asked = door.newVisit();
      const moments = [asked.at, ...turnOf(door, asked)];
      for (const at of moments) {
        for (const [step, { said, did }] of door.visit({ ...asked, at }).entries()) {
          const where = `SEED=${seed} round ${round} step ${step}: ${grant}, ${new Date(at * 1000).toISOString()}`;
          assert.equal(reasonName(did), reasonName(said), where);
          answers.set(did, (answers.get(did) ?? 0) + 1);
        }
      }
    }
  }
  t.diagnostic([...answers].map(([reason, count]) => `${reasonName(reason)}: ${count}`).join(", "));
  assert((answers.get(Reason.done) ?? 0) > DOORS, "too few doors were opened to show anything");
});

/** The last second of the first answer, and the first of the next. */
function turnOf(door: DrawnDoor, asked: Asked): number[] {
  const turn = door.foretell(asked, asked.at + LOOK_AHEAD_SECONDS).changes.turn;
  return turn ? [turn.at - 1, turn.at] : [];
}
