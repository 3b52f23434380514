import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { NOT_IN_PAIRING_MODE, P1, smallLock } from "../testing/small-lock.ts";
import { FaultyLink } from "./faulty-link.ts";

function connected() {
  const { lock, clock } = smallLock();
  const link = new FaultyLink(lock, clock, new SeededRandom(4));
  const answers: Uint8Array[] = [];
  const connection = link.connect({ send: (frame) => answers.push(frame), close: () => {} })!;
  return { link, clock, answers, ask: () => link.receive(connection, P1) };
}

test("without faults frames pass at once", () => {
  const { answers, ask } = connected();
  ask();
  assert.deepEqual(answers, [NOT_IN_PAIRING_MODE]);
});

test("nothing comes through a link that is down, and it counts", () => {
  const { link, answers, ask } = connected();
  link.setFaults({ isDown: true });
  ask();
  assert.deepEqual(answers, []);
  assert.equal(link.counters.all.dropped, 1);
  link.setFaults({ isDown: false });
  ask();
  assert.equal(answers.length, 1);
});

test("a delay meets both ways, and frames under way are lost when the link closes", () => {
  const { link, clock, answers, ask } = connected();
  link.setFaults({ delayMs: 100 });
  ask();
  clock.advance(199);
  assert.equal(answers.length, 0);
  clock.advance(1);
  assert.equal(answers.length, 1);
  ask();
  link.close();
  clock.advance(1000);
  assert.equal(answers.length, 1);
});

test("about so many frames are lost as was asked for", () => {
  const { link, answers, ask } = connected();
  link.setFaults({ loss: 0.5 });
  for (let i = 0; i < 400; i++) ask();
  assert.ok(answers.length > 60 && answers.length < 140, `${answers.length} of 400 came both ways`);
});

test("a corrupted frame differs in one bit", () => {
  const { link, answers, ask } = connected();
  ask();
  link.setFaults({ corruption: 1 });
  for (let i = 0; i < 20; i++) ask();
  const [good, ...others] = answers;
  for (const frame of others) {
    const turned = frame.reduce((bits, byte, i) => bits + (byte ^ good![i]!).toString(2).replaceAll("0", "").length, 0);
    assert.equal(turned, 1);
  }
});
