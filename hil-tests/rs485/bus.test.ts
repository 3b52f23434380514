import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../protocol/clock.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { Bus, type Station } from "./bus.ts";

/** A byte takes a millisecond. */
const BAUD = 10_000;

interface Listener extends Station {
  heard: { byte: number; atMs: number }[];
}

function busWith(stations: number, { seed = 1, baud = BAUD } = {}) {
  const clock = new VirtualClock();
  const bus = new Bus(clock, new SeededRandom(seed), baud);
  const join = (): Listener => {
    const heard: Listener["heard"] = [];
    return { heard, ...bus.join((byte) => heard.push({ byte, atMs: clock.monotonicMs() })) };
  };
  const joined = Array.from({ length: stations }, join) as [Listener, Listener, Listener];
  return { clock, bus, joined };
}

function bytesOf({ heard }: Listener): number[] {
  return heard.map(({ byte }) => byte);
}

test("every other station hears a byte at the end of its ten bit times, and the sender does not", () => {
  const { clock, joined } = busWith(3);
  const [a, b, c] = joined;
  a.transmit(Uint8Array.of(7, 8));
  clock.advance(10);
  const expected = [
    { byte: 7, atMs: 1 },
    { byte: 8, atMs: 2 },
  ];
  assert.deepEqual(b.heard, expected);
  assert.deepEqual(c.heard, expected);
  assert.deepEqual(a.heard, []);
});

for (const baud of [9_600, 19_200, 115_200]) {
  test(`at ${baud} baud a thousand bytes take ten thousand bit times`, () => {
    const { clock, joined } = busWith(2, { baud });
    joined[0].transmit(new Uint8Array(1_000));
    const wholeMs = (1_000 * 10 * 1_000) / baud;
    clock.advance(wholeMs - 0.001);
    assert.equal(joined[1].heard.length, 999);
    clock.advance(0.002);
    assert.equal(joined[1].heard.length, 1_000);
  });
}

test("what is handed over while sending follows without a pause", () => {
  const { clock, joined } = busWith(2);
  joined[0].transmit(Uint8Array.of(1, 2));
  clock.advance(1.5);
  joined[0].transmit(Uint8Array.of(3));
  clock.advance(10);
  assert.deepEqual(joined[1].heard.at(-1), { byte: 3, atMs: 3 });
});

test("an answer right behind a question is whole", () => {
  const { clock, joined } = busWith(2);
  const [a, b] = joined;
  a.transmit(Uint8Array.of(1));
  clock.advance(1);
  b.transmit(Uint8Array.of(2));
  clock.advance(1);
  assert.deepEqual(bytesOf(b), [1]);
  assert.deepEqual(bytesOf(a), [2]);
});

test("bytes of two stations spoil each other where they overlap, and only there", () => {
  const { clock, joined } = busWith(3);
  const [a, b, c] = joined;
  a.transmit(Uint8Array.of(1, 2, 3, 4));
  clock.advance(1.5);
  b.transmit(Uint8Array.of(11));
  clock.advance(10);
  const heard = bytesOf(c);
  assert.equal(heard.length, 5);
  assert.equal(heard[0], 1);
  assert.equal(heard[4], 4);
  for (const whole of [2, 3, 11]) assert.ok(!heard.includes(whole));
});

test("two that begin in the same moment spoil every byte of both", () => {
  const { clock, joined } = busWith(3);
  joined[0].transmit(Uint8Array.of(1, 1));
  joined[1].transmit(Uint8Array.of(1, 1));
  clock.advance(10);
  assert.equal(joined[2].heard.length, 4);
  assert.ok(!bytesOf(joined[2]).includes(1));
});

test("a station hears nothing of what passes while it sends, not even half of it", () => {
  const { clock, joined } = busWith(3);
  const [a, b] = joined;
  a.transmit(Uint8Array.of(1, 2, 3, 4));
  clock.advance(0.5);
  b.transmit(Uint8Array.of(11, 12));
  clock.advance(10);
  assert.deepEqual(bytesOf(b), [4]);
  assert.deepEqual(bytesOf(a), []);
});

test("a machine that looks too late hears all that has passed, in its order", () => {
  const clock = new VirtualClock();
  let lateMs = 0;
  const lateClock: Clock = {
    wallMs: () => clock.wallMs(),
    monotonicMs: () => clock.monotonicMs() + lateMs,
    schedule: (delayMs, callback) => clock.schedule(delayMs, callback),
  };
  const bus = new Bus(lateClock, new SeededRandom(1), BAUD);
  const heard: number[] = [];
  bus.join((byte) => heard.push(byte));
  bus.join(() => {}).transmit(Uint8Array.of(1, 2, 3));
  lateMs = 20;
  clock.advance(1);
  assert.deepEqual(heard, [1, 2, 3]);
});

test("a stuck driver spoils what others say until it lets go", () => {
  const { clock, joined } = busWith(3);
  const [a, b, c] = joined;
  b.setStuck(true);
  a.transmit(Uint8Array.of(1));
  clock.advance(1);
  assert.notEqual(bytesOf(c)[0], 1);
  assert.deepEqual(bytesOf(b), []);
  b.setStuck(false);
  a.transmit(Uint8Array.of(1));
  clock.advance(1);
  assert.equal(bytesOf(c)[1], 1);
});

test("a driver that gets stuck spoils the byte under way", () => {
  const { clock, joined } = busWith(3);
  joined[0].transmit(Uint8Array.of(1));
  clock.advance(0.5);
  joined[1].setStuck(true);
  clock.advance(1);
  assert.notEqual(bytesOf(joined[2])[0], 1);
});

test("a station that has left is neither heard nor hears", () => {
  const { clock, joined } = busWith(3);
  const [a, b, c] = joined;
  a.transmit(Uint8Array.of(1, 2));
  clock.advance(1);
  a.leave();
  c.transmit(Uint8Array.of(3));
  clock.advance(10);
  assert.deepEqual(bytesOf(b), [1, 3]);
  assert.deepEqual(bytesOf(a), []);
});

function noisy(seed: number): number[] {
  const { clock, bus, joined } = busWith(2, { seed });
  bus.setFault({ kind: "noise", oneIn: 10 });
  joined[0].transmit(new Uint8Array(1_000));
  clock.advance(1_000);
  return bytesOf(joined[1]);
}

test("noise makes other bytes of about as many as it should, and loses none", () => {
  const heard = noisy(1);
  assert.equal(heard.length, 1_000);
  const spoiled = heard.filter((byte) => byte !== 0).length;
  assert.ok(spoiled > 60 && spoiled < 140, `${spoiled} of 1,000`);
});

test("a seed replays its noise, another makes other noise", () => {
  assert.deepEqual(noisy(5), noisy(5));
  assert.notDeepEqual(noisy(5), noisy(6));
});

test("dropped bytes leave no trace, and those around them are whole", () => {
  const { clock, bus, joined } = busWith(2);
  bus.setFault({ kind: "drop", oneIn: 2 });
  joined[0].transmit(Uint8Array.from({ length: 100 }, (_, n) => n));
  clock.advance(100);
  const heard = bytesOf(joined[1]);
  assert.ok(heard.length > 20 && heard.length < 80);
  assert.deepEqual(
    heard,
    heard.toSorted((x, y) => x - y),
  );
  bus.setFault({ kind: "none" });
  joined[0].transmit(Uint8Array.of(255));
  clock.advance(1);
  assert.equal(joined[1].heard.at(-1)?.byte, 255);
});
