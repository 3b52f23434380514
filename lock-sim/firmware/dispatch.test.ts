import assert from "node:assert/strict";
import { test } from "node:test";
import { startPair } from "../../protocol/session/pair.ts";
import { encodeCommand } from "../../protocol/wire/commands.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { BenchLock, errOf, type Paired } from "./testing/bench-lock.ts";
import type { TestSession } from "./testing/test-session.ts";

const STATUS = encodeCommand({ name: "status" });

/** A session under which the lock has answered, and the C that would open the door. */
function readyToAct(bench: BenchLock, paired: Paired): { session: TestSession; order: Uint8Array } {
  const { session } = bench.open(paired);
  session.done({ name: "status" });
  return { session, order: session.seal(encodeCommand(bench.act(session))) };
}

/** What a frame must not change. */
function stateOf(bench: BenchLock): unknown {
  return { image: bench.flash.image(), bolt: bench.boltPosition };
}

type Spoilt = (order: Uint8Array) => Uint8Array;

/** Sends spoilt frames to fresh sessions: silence or ERR 1, and the lock is as it was. */
function neverActs(spoil: (length: number) => Iterable<Spoilt>): void {
  const bench = new BenchLock();
  const { paired } = bench.furnish();
  let { session, order } = readyToAct(bench, paired);
  for (const spoilt of spoil(order.length)) {
    const frame = spoilt(order);
    const before = stateOf(bench);
    const reply = session.line.send(frame);
    assert(reply === undefined || errOf(reply) === Err.noSession);
    bench.clock.advance(1000);
    assert.deepEqual(stateOf(bench), before);
    if (!reply) continue;
    session.line.hangUp();
    ({ session, order } = readyToAct(bench, paired));
  }
}

test("frames of unknown type or wrong length get silence, change nothing and end nothing", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const before = stateOf(bench);
  for (let header = 0; header < 256; header++) {
    const isVersion1 = header >> 4 === 1;
    for (const length of isVersion1 ? [1, 2, 3] : [1, 2, 11, 34, 43, 1024, 1025]) {
      const frame = new Uint8Array(length).fill(header, 0, 1);
      assert.equal(session.line.send(frame), undefined, `header ${header}, ${length} bytes`);
    }
  }
  assert.equal(session.line.send(new Uint8Array(0)), undefined);
  assert.deepEqual(stateOf(bench), before);
  session.done({ name: "status" });
});

test("a lock's own words, reflected, get silence and end nothing", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const c = session.seal(STATUS);
  const r = session.line.send(c)!;
  assert.equal(session.line.send(r), undefined);
  assert.equal(session.line.send(Uint8Array.of(0x1f, Err.noSession)), undefined);
  session.read({ name: "status" }, r);
  session.done({ name: "status" });
});

test("an order cut short anywhere never opens the door", () => {
  neverActs(function* (length) {
    for (let cutAt = 0; cutAt < length; cutAt += 3) yield (order) => order.subarray(0, cutAt);
  });
});

test("an order with any bit flipped never opens the door", () => {
  neverActs(function* (length) {
    // The type alone changed is another message: from the second byte on.
    for (let bit = 8; bit < 8 * length; bit += 7)
      yield (order) => order.with(bit >> 3, order[bit >> 3]! ^ (1 << (bit & 7)));
  });
});

test("an order with a byte too many never opens the door", () => {
  neverActs(function* () {
    yield (order) => Uint8Array.of(...order, 0);
  });
});

test("a C from earlier in the session, and one that skips ahead, end it", () => {
  const bench = new BenchLock();
  const { paired } = bench.furnish();
  const { session } = bench.open(paired);
  const first = session.seal(STATUS);
  session.read({ name: "status" }, session.line.send(first)!);
  session.done({ name: "status" });
  assert.equal(errOf(session.line.send(first)), Err.noSession);
  assert.equal(errOf(session.line.send(session.seal(STATUS))), Err.noSession);
});

test("a C that was recorded opens nothing in another session", () => {
  const bench = new BenchLock();
  const { paired } = bench.furnish();
  const { session, order } = readyToAct(bench, paired);
  session.line.request(order);
  bench.clock.advance(10_000);
  const other = bench.open(paired).session;
  assert.equal(errOf(other.line.send(order)), Err.noSession);
  assert.equal(errOf(bench.line().send(order)), Err.noSession);
  bench.clock.advance(1000);
  assert.equal(bench.boltPosition, "thrown");
});

test("ERR is not a stored reply: the same bytes are looked at anew", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  const { o1 } = bench.startOpen(paired);
  assert(bench.line().send(o1));
  const line = bench.line();
  assert.equal(errOf(line.send(o1)), Err.busy);
  bench.clock.advance(250);
  assert.equal(line.send(o1)?.[0], 0x16);
});

test("a command that is not strict CBOR, or unknown, is refused and the session goes on", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const answers = [
    [
      [0x81, 0x18, 0x01],
      [0x81, 0x01],
    ],
    [[0xa0], [0x81, 0x01]],
    [
      [0x82, 0x01, 0x01],
      [0x81, 0x01],
    ],
    [
      [0x81, 0x18, 0x63],
      [0x81, 0x02],
    ],
  ];
  for (const [command, response] of answers) {
    const r = session.line.send(session.seal(Uint8Array.from(command!)))!;
    assert.deepEqual(session.unseal(r), Uint8Array.from(response!));
  }
  session.done({ name: "status" });
});

test("what was refused without a word is counted", () => {
  const bench = new BenchLock();
  const { paired, session } = bench.furnish();
  const { diagnostics } = bench.lock.firmware!.inside;
  session.line.send(Uint8Array.of(0x2a));
  session.line.send(Uint8Array.of(0x17, 0, 0, ...new Uint8Array(9)));
  assert.deepEqual(diagnostics.all(), { malformed: 1, wrongCounter: 1 });
  const { o1 } = bench.startOpen(paired);
  session.line.send(o1.with(o1.length - 1, o1.at(-1)! ^ 1));
  session.line.send(o1.with(1, 3));
  session.line.send(startPair(bench.suite, bench.random, bench.label).p1);
  const more = { wrongMac: 1, noSuchSlot: 1, notPairing: 1 };
  assert.deepEqual(diagnostics.all(), { malformed: 1, wrongCounter: 1, ...more });
});
