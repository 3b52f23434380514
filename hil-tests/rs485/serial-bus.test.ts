import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { TransportError, Urgency } from "../../gateway/transport/channel.ts";
import { SerialBus } from "../../gateway/transport/serial-bus.ts";
import { delay } from "../../protocol/clock.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { encodeSerialFrame } from "../../protocol/wire/serial-frame.ts";
import { Bus } from "./bus.ts";
import { lineTo } from "./testing/bus-line.ts";
import { ScriptedLock } from "./testing/scripted-lock.ts";

const BAUD = 115_200;
const DEADLINE_MS = 3_000;
/** A request of these tests and the longest answer, on the wire. */
const WIRE_MS = ((8 + 1_032) * 10_000) / BAUD;
const RESEND_MS = 1_000 + WIRE_MS;
/** A request and its answer on a quiet bus. */
const QUICK_MS = 20;
const O1 = 0x15;

function setUp({ locks = 3, seed = 1 } = {}) {
  const clock = new VirtualClock();
  const random = new SeededRandom(seed);
  const bus = new Bus(clock, random, BAUD);
  let requests = 0;
  const master = () => {
    const serial = new SerialBus(clock, "/dev/ttyUSB0", BAUD, lineTo(bus));
    /** Resolves to how long it took, or rejects. */
    return async (address: number, urgency: Urgency = "sync", deadlineMs = DEADLINE_MS): Promise<number> => {
      const startMs = clock.monotonicMs();
      const frame = Uint8Array.of(O1, address, ++requests);
      const answer = await serial.request({ address, frame, urgency, deadlineMs });
      assert.deepEqual(answer.slice(1), frame.slice(1), "the answer to another request");
      return clock.monotonicMs() - startMs;
    };
  };
  const joined = Array.from({ length: locks }, (_, at) => new ScriptedLock(clock, bus, at + 1));
  return { clock, random, bus, master, ask: master(), locks: joined as [ScriptedLock, ScriptedLock, ScriptedLock] };
}

/** How each came out, in order: milliseconds or the error's message. */
async function outcomes(clock: VirtualClock, requests: Promise<number>[], withinMs = 60_000) {
  const all = Promise.allSettled(requests);
  await clock.advanceAsync(withinMs);
  return (await all).map((one) => (one.status === "fulfilled" ? one.value : (one.reason as TransportError).message));
}

async function outcome(clock: VirtualClock, request: Promise<number>, withinMs?: number): Promise<number | string> {
  return (await outcomes(clock, [request], withinMs))[0]!;
}

async function after(clock: VirtualClock, delayMs: number, ask: () => Promise<number>): Promise<number> {
  await delay(clock, delayMs);
  return ask();
}

function assertWithin(took: number | string, limitMs: number): void {
  assert.ok(typeof took === "number" && took < limitMs, `${took}`);
}

function assertQuick(took: number | string): void {
  assertWithin(took, QUICK_MS);
}

test("three locks on one bus each answer for themselves, and each hears what is for the others as well", async () => {
  const { clock, ask, locks } = setUp();
  const took = await outcomes(clock, [ask(1), ask(2), ask(3)]);
  for (const ms of took) assertWithin(ms, 3 * QUICK_MS);
  assert.deepEqual(
    locks.map(({ heard }) => heard.length),
    [1, 1, 1],
  );
});

test("one request is in flight for the whole bus: the next goes out behind the answer", async () => {
  const { clock, ask, locks } = setUp();
  locks[0].answersAfterMs = 700;
  await outcomes(clock, [ask(1), ask(2)]);
  assert.ok(locks[1].heard[0]!.atMs > locks[0].heard[0]!.atMs + 700);
  assert.equal(locks[0].heard.length, 1);
});

test("waiting unlocks go before waiting syncs, whoever they are for", async () => {
  const { clock, ask, locks } = setUp();
  await outcomes(clock, [ask(1), ask(1), ask(2), ask(3, "unlock")]);
  const [sync, unlock] = [locks[1].heard[0]!.atMs, locks[2].heard[0]!.atMs];
  assert.ok(unlock < sync && unlock < locks[0].heard[1]!.atMs);
});

test("a dead lock costs its neighbours one time-out, and then a third of one each time it is asked", async () => {
  const { clock, ask, locks } = setUp();
  locks[1].isDead = true;
  const [, first] = await outcomes(clock, [ask(2), ask(1)]);
  assertWithin(first!, DEADLINE_MS + WIRE_MS + QUICK_MS);
  for (let attempt = 0; attempt < 5; attempt++) {
    const [, again] = await outcomes(clock, [ask(2), ask(1)]);
    assertWithin(again!, DEADLINE_MS / 3 + WIRE_MS + QUICK_MS);
  }
});

test("an unlock waits for a neighbour's sync no longer than until that would be sent again", async () => {
  for (const comesAfterMs of [0, RESEND_MS / 2, RESEND_MS + 1]) {
    const { clock, ask, locks } = setUp();
    locks[1].isDead = true;
    const sync = ask(2, "sync", 15_000);
    const [dead, unlock] = await outcomes(clock, [sync, after(clock, comesAfterMs, () => ask(1, "unlock"))]);
    assert.equal(typeof dead, "string");
    assertWithin(unlock!, RESEND_MS + QUICK_MS);
  }
});

test("an unlock under way has the time that a bolt takes, then it gives way to another", async () => {
  const { clock, ask, locks } = setUp();
  locks[1].answersAfterMs = 4_900;
  const [slow, next] = await outcomes(clock, [ask(2, "unlock", 15_000), ask(1, "unlock")]);
  assert.ok(typeof slow === "number" && typeof next === "number" && next > slow);
  locks[1].isDead = true;
  const [dead, unlock] = await outcomes(clock, [ask(2, "unlock", 15_000), ask(1, "unlock")]);
  assert.equal(typeof dead, "string");
  assertWithin(unlock!, 5_000 + RESEND_MS + QUICK_MS);
});

test("a dead lock that is asked all the time leaves its neighbours a turn after each time-out", async () => {
  const { clock, ask, locks } = setUp();
  locks[1].isDead = true;
  let isOver = false;
  const hammering = (async () => {
    while (!isOver) await assert.rejects(ask(2, "unlock"));
  })();
  await clock.advanceAsync(10_000);
  const took = await outcomes(clock, [ask(1), ask(3)], 5_000);
  for (const ms of took) assertWithin(ms, 2 * (DEADLINE_MS / 3 + WIRE_MS + QUICK_MS));
  isOver = true;
  await clock.advanceAsync(5_000);
  await hammering;
});

test("point to point a silent lock keeps its full time: nobody else waits", async () => {
  const { clock, ask, locks } = setUp({ locks: 1 });
  locks[0].address = 0;
  locks[0].isDead = true;
  await outcome(clock, ask(0));
  const startMs = clock.monotonicMs();
  let failedAtMs = 0;
  const failure = assert.rejects(ask(0), { code: "timeout" }).then(() => {
    failedAtMs = clock.monotonicMs();
  });
  await clock.advanceAsync(10_000);
  await failure;
  assert.ok(failedAtMs - startMs >= DEADLINE_MS);
});

test("a lock that is back has its full time again", async () => {
  const { clock, ask, locks } = setUp();
  locks[1].isDead = true;
  await outcome(clock, ask(2));
  locks[1].isDead = false;
  assertQuick(await outcome(clock, ask(2)));
  locks[1].answersAfterMs = DEADLINE_MS - 100;
  assert.equal(typeof (await outcome(clock, ask(2))), "number");
});

test("a lock slower than a third of the time is not shut out: its late answer shows that it lives", async () => {
  const { clock, ask, locks } = setUp();
  locks[1].isDead = true;
  await outcome(clock, ask(2));
  locks[1].isDead = false;
  locks[1].answersAfterMs = DEADLINE_MS / 2;
  assert.equal(typeof (await outcome(clock, ask(2))), "string");
  assert.equal(typeof (await outcome(clock, ask(2))), "number");
});

test("an answer that comes after its time-out is not taken for the answer to the next", async () => {
  const { clock, ask, locks } = setUp();
  locks[1].answersAfterMs = DEADLINE_MS + 500;
  locks[0].answersAfterMs = 800;
  const [late, next] = await outcomes(clock, [ask(2), ask(1)]);
  assert.match(`${late}`, /no lock answers at address 2/);
  assert.equal(typeof next, "number");
});

test("half a frame of a lock that died costs its neighbours no frame", async () => {
  const { clock, ask, locks } = setUp();
  locks[1].isDead = true;
  const dying = ask(2);
  await clock.advanceAsync(10);
  locks[1].station.transmit(encodeSerialFrame(2, new Uint8Array(100).fill(0x16)).subarray(0, 40));
  const [dead, , third] = await outcomes(clock, [dying, ask(1), ask(3)]);
  assert.match(`${dead}`, /no lock answers at address 2/);
  assertWithin(third!, DEADLINE_MS + WIRE_MS + 2 * QUICK_MS);
  assert.deepEqual([locks[0].heard.length, locks[2].heard.length], [1, 1]);
});

test("garbage on a quiet line costs one resend at most", async () => {
  const { clock, random, ask, locks } = setUp();
  for (let length = 1; length <= 64; length *= 2) {
    locks[1].station.transmit(random.bytes(length));
    await clock.advanceAsync(100);
    assertWithin(await outcome(clock, ask(1)), RESEND_MS + QUICK_MS);
  }
});

test("noise is overcome by sending again, and what comes through is right", async (t: TestContext) => {
  const seed = 485;
  t.diagnostic(`seed ${seed}`);
  const { clock, bus, ask } = setUp({ seed });
  bus.setFault({ kind: "noise", oneIn: 60 });
  const took = await outcomes(
    clock,
    [1, 2, 3].flatMap((address) => Array.from({ length: 20 }, () => ask(address))),
  );
  const answered = took.filter((ms) => typeof ms === "number").length;
  assert.ok(answered >= 55, `${answered} of 60`);
  bus.setFault({ kind: "none" });
  await outcomes(clock, [ask(1), ask(2), ask(3)]);
  for (const address of [1, 2, 3]) assertQuick(await outcome(clock, ask(address)));
});

test("a driver that is stuck silences the bus, and everything goes on when it lets go", async () => {
  const { clock, ask, locks } = setUp();
  locks[2].station.setStuck(true);
  assert.deepEqual(
    (await outcomes(clock, [ask(1), ask(2)])).map((one) => typeof one),
    ["string", "string"],
  );
  locks[2].station.setStuck(false);
  for (const address of [1, 2]) assertQuick(await outcome(clock, ask(address)));
});

test("a lock whose address was changed is missed by port and address, and found at the new one", async () => {
  const { clock, ask, locks } = setUp();
  assertQuick(await outcome(clock, ask(2)));
  locks[1].address = 7;
  assert.equal(
    await outcome(clock, ask(2)),
    "no lock answers at address 2 of /dev/ttyUSB0: see that it has power and still has that address",
  );
  assertQuick(await outcome(clock, ask(7)));
});

test("two locks at one address spoil each other's answers; setting one right mends both", async () => {
  const { clock, ask, locks } = setUp();
  locks[2].address = 2;
  assert.equal(typeof (await outcome(clock, ask(2))), "string");
  locks[2].address = 3;
  for (const address of [2, 3]) assertQuick(await outcome(clock, ask(address)));
});

test("two masters spoil each other's frames, some get through, and when one rests the other has the bus again", async () => {
  const { clock, ask, master } = setUp();
  const other = master();
  const requests = Array.from({ length: 20 }, (_, n) => [ask(1 + (n % 3)), other(1 + (n % 2))]).flat();
  const took = await outcomes(clock, requests, 200_000);
  const answered = took.filter((one) => typeof one === "number").length;
  assert.ok(answered > 0 && answered < 40, `${answered} of 40`);
  for (const address of [1, 2, 3]) assertQuick(await outcome(clock, ask(address)));
  assertQuick(await outcome(clock, other(1)));
});

test("who gets no answer is told that another master was heard, for a minute", async () => {
  const { clock, ask, master, locks } = setUp();
  locks[0].isDead = true;
  const silence = outcome(clock, ask(1), 10_000);
  await clock.advanceAsync(100);
  await outcome(clock, master()(2), 0);
  assert.match(`${await silence}`, /address 1 .*; another gateway talks on this line, and there may be one only$/);
  await clock.advanceAsync(60_000);
  assert.doesNotMatch(`${await outcome(clock, ask(1))}`, /another gateway/);
});

test("an adapter that hears itself is not taken for another master", async () => {
  const clock = new VirtualClock();
  const serial = new SerialBus(clock, "/dev/ttyUSB0", BAUD, async (events) => ({
    write: (bytes) => events.bytes(bytes),
    close: async () => {},
  }));
  const request = serial.request({ address: 1, frame: Uint8Array.of(O1), urgency: "sync", deadlineMs: DEADLINE_MS });
  const failure = assert.rejects(request, (error: TransportError) => !/another gateway/.test(error.message));
  await clock.advanceAsync(10_000);
  await failure;
});
