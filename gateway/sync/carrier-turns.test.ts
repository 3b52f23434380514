import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { type CarrierTurn, CarrierTurns } from "./carrier-turns.ts";

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

test("whoever is urgent goes first, and the others give way after the command in progress", async () => {
  const clock = new VirtualClock();
  const turns = new CarrierTurns(clock);
  const said: string[] = [];
  const rounds = ["a", "b"].map((name) => round(turns, clock, "serial:/dev/x", said, name, 3));
  await clock.advanceAsync(1_000);
  const urgent = (async () => {
    const turn = await turns.take("serial:/dev/x", 1, () => true);
    said.push("U");
    turn.end();
  })();
  await clock.advanceAsync(60_000);
  await Promise.all([...rounds, urgent]);
  assert.equal(said.join(""), "aUbbaab");
});

test("what becomes urgent while it waits goes first from then on", async () => {
  const turns = new CarrierTurns(new VirtualClock());
  const first = await turns.take("ble");
  const order: string[] = [];
  let isUrgent = false;
  const note = (name: string) => (turn: CarrierTurn) => {
    order.push(name);
    turn.end();
  };
  const taken = [turns.take("ble").then(note("plain")), turns.take("ble", 1, () => isUrgent).then(note("urgent"))];
  isUrgent = true;
  first.end();
  await Promise.all(taken);
  assert.deepEqual(order, ["urgent", "plain"]);
});

test("one that is urgent gives way to another one only when its turn is over", async () => {
  const clock = new VirtualClock();
  const turns = new CarrierTurns(clock);
  const first = await turns.take("ble", 1, () => true);
  let isSecond = false;
  const second = turns
    .take("ble", 1, () => true)
    .then((turn) => {
      isSecond = true;
      turn.end();
    });
  await first.goOn();
  assert.equal(isSecond, false);
  clock.advance(10_000);
  await first.goOn();
  assert.equal(isSecond, true);
  first.end();
  await second;
});
