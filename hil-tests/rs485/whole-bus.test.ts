import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ActOutcome } from "../../gateway/api/services.ts";
import { runUntil } from "../../gateway/testing/run-until.ts";
import { Action } from "../../protocol/documents/order.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { Bus } from "./bus.ts";
import { BusGateway } from "./testing/bus-gateway.ts";
import { BusLock } from "./testing/bus-lock.ts";

const BAUD = 115_200;
/** The bolt's travel, O1 and two commands; and the syncs of neighbours in between. */
const UNLOCK_MS = 1_000;
/** After this much silence a sync gives way to an unlock; a dead lock that is asked again gets no more either. */
const SILENCE_MS = 1_200;
/** So long an unlock is left to turn a bolt before it gives way to another. */
const ACT_MS = 5_000 + SILENCE_MS;
const MISSED_AT_2 =
  /^No lock answers at address 2 of \/dev\/ttyUSB0: see that it has power and still has that address\.$/;
const COME_INTO_STEP_MS = 150_000;

async function setUp(t: TestContext, { seed = 1, pairs = true } = {}) {
  const clock = new VirtualClock();
  const random = new SeededRandom(seed);
  const bus = new Bus(clock, random, BAUD);
  const [one, two, three] = [1, 2, 3].map((address) => new BusLock(clock, random, bus, address)) as Three;
  const join = () => new BusGateway(t, clock, random, bus, BAUD);
  const gateway = join();
  if (pairs) for (const lock of [one, two, three]) assert.equal((await gateway.pair(lock)).state, "done");
  const unlock = (lock: BusLock, by = gateway) => runUntil(clock, by.unlock(lock));
  return { clock, random, bus, gateway, join, unlock, one, two, three };
}

type Three = [BusLock, BusLock, BusLock];

function bolts(...locks: BusLock[]): string[] {
  return locks.map(({ lock }) => lock.hardware.bolt.position());
}

/** What was said to be done was done once, and nothing was done that was not ordered. */
function assertHonest(gateway: BusGateway, lock: BusLock, outcomes: ActOutcome[]): void {
  const records = gateway.records(lock);
  const intents = records.filter(({ type, result }) => type === RecordType.intent && result === Action.unlock);
  const done = outcomes.filter(({ kind }) => kind === "done").length;
  const maybe = outcomes.filter(({ kind }) => kind === "unknown").length;
  assert.ok(
    intents.length >= done && intents.length <= done + maybe,
    `${intents.length} acts, ${done} said to be done`,
  );
  assert.equal(new Set(intents.map(({ ref }) => ref.join())).size, intents.length);
}

test("three locks on one bus are paired, come into step and are unlocked, each by its address", async (t) => {
  const { clock, gateway, unlock, one, two, three } = await setUp(t);
  await clock.advanceAsync(5_000);
  assert.equal((await unlock(two)).kind, "done");
  assert.deepEqual(bolts(one, two, three), ["thrown", "drawn", "thrown"]);
  for (const lock of [one, two, three]) assert.equal(gateway.sync(lock)?.sentence, "In step.");
});

test("beside a dead lock every unlock still comes in bounded time", async (t) => {
  const { clock, gateway, unlock, one, two, three } = await setUp(t);
  two.lock.powerOff();
  for (let round = 0; round < 30; round++) {
    const lock = round % 2 === 0 ? one : three;
    const startMs = clock.monotonicMs();
    assert.equal((await unlock(lock)).kind, "done");
    const tookMs = clock.monotonicMs() - startMs;
    assert.ok(tookMs < UNLOCK_MS + SILENCE_MS, `round ${round}: ${tookMs}`);
    await clock.advanceAsync(7_000);
  }
  assert.match(gateway.sync(two)?.sentence ?? "", MISSED_AT_2);
  two.lock.powerOn();
  assert.equal((await unlock(two)).kind, "done");
});

test("an unlock of a lock whose own sync waits behind a dead one comes in bounded time as well", async (t) => {
  const { clock, gateway, unlock, one, two, three } = await setUp(t);
  for (let round = 0; round < 20; round++) {
    two.lock.powerOff();
    // From one poll to the next: the dead lock's may be in flight, with those of the others behind it.
    await clock.advanceAsync(round * 150);
    for (const lock of [one, three]) {
      const startMs = clock.monotonicMs();
      assert.equal((await unlock(lock)).kind, "done");
      const tookMs = clock.monotonicMs() - startMs;
      assert.ok(tookMs < UNLOCK_MS + 2 * SILENCE_MS, `round ${round}: ${tookMs}`);
    }
    two.lock.powerOn();
    assert.equal((await unlock(two)).kind, "done");
    await clock.advanceAsync(5_000);
  }
  assert.equal(gateway.sync(two)?.sentence, "In step.");
});

test("orders to a dead lock cost its neighbours no more", async (t) => {
  const { clock, gateway, unlock, one, two } = await setUp(t);
  two.lock.powerOff();
  let isOver = false;
  const hammering = (async () => {
    while (!isOver) assert.notEqual((await gateway.unlock(two)).kind, "done");
  })();
  await clock.advanceAsync(20_000);
  for (let round = 0; round < 5; round++) {
    const startMs = clock.monotonicMs();
    assert.equal((await unlock(one)).kind, "done");
    // Three requests, and before each of them the dead lock may have had its turn.
    assert.ok(clock.monotonicMs() - startMs < UNLOCK_MS + 3 * SILENCE_MS);
  }
  isOver = true;
  await runUntil(clock, hammering);
});

test("a lock that dies while its bolt moves holds the bus no longer than a bolt may take", async (t) => {
  const { clock, gateway, unlock, one, two } = await setUp(t);
  const order = gateway.unlock(two);
  await clock.advanceAsync(150);
  assert.equal(bolts(two)[0], "between");
  two.lock.powerOff();
  const startMs = clock.monotonicMs();
  assert.equal((await unlock(one)).kind, "done");
  assert.ok(clock.monotonicMs() - startMs < ACT_MS + SILENCE_MS + UNLOCK_MS);
  two.lock.powerOn();
  const outcome = await runUntil(clock, order);
  await clock.advanceAsync(COME_INTO_STEP_MS);
  assert.notEqual(outcome.kind, "unreachable");
  assert.equal(gateway.records(two).filter(({ type }) => type === RecordType.intent).length, 1);
});

test("a lock whose address was changed is reported with port and address, and found when it is changed back", async (t) => {
  const { clock, gateway, unlock, one, two, three } = await setUp(t);
  two.address = 9;
  await clock.advanceAsync(10_000);
  assert.equal(gateway.sync(two)?.state, "waiting");
  assert.match(gateway.sync(two)?.sentence ?? "", MISSED_AT_2);
  for (const lock of [one, three]) assert.equal(gateway.sync(lock)?.sentence, "In step.");
  const outcome = await unlock(two);
  assert.match(outcome.kind === "unreachable" ? outcome.message : "", MISSED_AT_2);
  two.address = 2;
  assert.equal((await unlock(two)).kind, "done");
  await clock.advanceAsync(5_000);
  assert.equal(gateway.sync(two)?.sentence, "In step.");
});

test("two locks that have changed places open for nobody, and say why", async (t) => {
  const { clock, gateway, unlock, one, two } = await setUp(t);
  [one.address, two.address] = [2, 1];
  const outcomes = await runUntil(clock, Promise.all([gateway.unlock(one), gateway.unlock(two)]));
  assert.ok(outcomes.every(({ kind }) => kind !== "done"));
  assert.deepEqual(bolts(one, two), ["thrown", "thrown"]);
  await clock.advanceAsync(10_000);
  for (const lock of [one, two]) assert.match(gateway.sync(lock)?.sentence ?? "", /still has that address/);
  [one.address, two.address] = [1, 2];
  for (const lock of [one, two]) assert.equal((await unlock(lock)).kind, "done");
});

test("an answer that is too late for its session is refused by the next one, which then gets its own", async (t) => {
  const { clock, gateway, unlock, one } = await setUp(t);
  one.lock.powerCycle(100);
  one.dawdlesMs = 3_300;
  const outcomes = [await unlock(one), await unlock(one)];
  assert.ok(outcomes.every(({ kind }) => kind !== "done"));
  one.dawdlesMs = 0;
  await clock.advanceAsync(5_000);
  outcomes.push(await unlock(one));
  assert.equal(outcomes.at(-1)?.kind, "done");
  await clock.advanceAsync(COME_INTO_STEP_MS);
  assertHonest(gateway, one, outcomes);
});

test("over a noisy bus locks are unlocked as often as it is said, and all come into step", async (t) => {
  const seed = 485;
  t.diagnostic(`seed ${seed}`);
  const { clock, bus, gateway, unlock, one, two, three } = await setUp(t, { seed });
  bus.setFault({ kind: "noise", oneIn: 400 });
  for (const lock of [one, two, three]) {
    const outcomes: ActOutcome[] = [];
    for (let round = 0; round < 6; round++) outcomes.push(await unlock(lock));
    assert.ok(outcomes.some(({ kind }) => kind === "done"));
    await clock.advanceAsync(COME_INTO_STEP_MS);
    assertHonest(gateway, lock, outcomes);
  }
  bus.setFault({ kind: "none" });
  await clock.advanceAsync(COME_INTO_STEP_MS);
  for (const lock of [one, two, three]) assert.equal(gateway.sync(lock)?.sentence, "In step.");
});

test("two gateways on one bus: nothing is done twice or unordered, and one alone is in step again", async (t) => {
  const { clock, gateway, join, unlock, one, two, three } = await setUp(t, { pairs: false });
  const other = join();
  for (const lock of [one, two]) await pairAtLast(gateway, lock);
  await pairAtLast(other, three);
  const outcomes: ActOutcome[] = [];
  for (let round = 0; round < 10; round++) {
    const [first] = await runUntil(clock, Promise.all([gateway.unlock(one), other.unlock(three)]));
    outcomes.push(first);
    await clock.advanceAsync(3_000);
  }
  await other.close();
  await clock.advanceAsync(COME_INTO_STEP_MS);
  for (const lock of [one, two]) assert.equal(gateway.sync(lock)?.sentence, "In step.");
  assertHonest(gateway, one, outcomes);
  assert.equal((await unlock(one)).kind, "done");
});

/** As an installer does on a bad line. */
async function pairAtLast(gateway: BusGateway, lock: BusLock): Promise<void> {
  for (let tries = 0; tries < 5; tries++) if ((await gateway.pair(lock)).state === "done") return;
  assert.fail("five pairings in a row have failed");
}
