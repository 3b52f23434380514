import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryTurns, type TurnKind } from "./delivery-turns.ts";

test("as many at once as there is room for, and what has just happened does not wait behind all that waits", async () => {
  const turns = new DeliveryTurns(2);
  const began: string[] = [];
  const ends: (() => void)[] = [];
  const take = (kind: TurnKind, name: string) =>
    turns.take(kind).then((end) => {
      began.push(name);
      ends.push(end);
    });
  for (let i = 0; i < 6; i++) void take("backlog", `old ${i}`);
  void take("fresh", "new 0");
  void take("fresh", "new 1");
  const settle = () => new Promise(setImmediate);
  await settle();
  assert.deepEqual(began.splice(0), ["old 0", "old 1"]);
  for (let i = 0; i < 6; i++) {
    ends.shift()?.();
    await settle();
  }
  assert.deepEqual(began, ["new 0", "old 2", "new 1", "old 3", "old 4", "old 5"]);
  for (const end of ends.splice(0)) end();
  await take("backlog", "late");
  assert.equal(began.at(-1), "late");
});
