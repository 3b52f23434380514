import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { CarrierTurns } from "./carrier-turns.ts";

/** A lock's round of `commands`, each of which takes `commandMs`. */
async function round(
  turns: CarrierTurns,
  clock: VirtualClock,
  carrier: string,
  said: string[],
  name: string,
  commands: number,
) {
  const turn = await turns.take(carrier);
  for (let i = 0; i < commands; i++) {
    await turn.goOn();
    said.push(name);
    await new Promise<void>((resolve) => clock.schedule(6_000, resolve));
  }
  turn.end();
}

test("locks on one carrier have their rounds one after another", async () => {
  const clock = new VirtualClock();
  const turns = new CarrierTurns(clock);
  const said: string[] = [];
  const rounds = ["a", "b", "c"].map((name) => round(turns, clock, "serial:/dev/x", said, name, 2));
  await clock.advanceAsync(60_000);
  await Promise.all(rounds);
  assert.equal(said.join(""), "aabbcc");
});

test("a long round lets those who wait go first now and then", async () => {
  const clock = new VirtualClock();
  const turns = new CarrierTurns(clock);
  const said: string[] = [];
  const rounds = [
    round(turns, clock, "serial:/dev/x", said, "a", 6),
    round(turns, clock, "serial:/dev/x", said, "b", 1),
  ];
  await clock.advanceAsync(60_000);
  await Promise.all(rounds);
  assert.equal(said.join(""), "aabaaaa");
});

test("carriers do not wait for each other", async () => {
  const clock = new VirtualClock();
  const turns = new CarrierTurns(clock);
  const said: string[] = [];
  const rounds = ["x", "y"].map((name) => round(turns, clock, name, said, name, 2));
  await clock.advanceAsync(12_000);
  await Promise.all(rounds);
  assert.equal(said.join(""), "xyxy");
});

test("on the radio a few locks have their turn together, and the next comes as soon as one ends", async () => {
  const turns = new CarrierTurns(new VirtualClock());
  const first = await turns.take("ble", 2);
  await turns.take("ble", 2);
  let isThird = false;
  const third = turns.take("ble", 2).then(() => {
    isThird = true;
  });
  await Promise.resolve();
  assert.equal(isThird, false);
  first.end();
  await third;
  assert.equal(isThird, true);
});
