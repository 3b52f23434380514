import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import type { Log } from "../log.ts";
import { TimeStore } from "../store/time-store.ts";
import { testDatabase } from "../testing/test-store.ts";
import { SiteTime } from "./site-time.ts";

const YEAR_S = 365 * 86_400;
const NOON = Date.UTC(2027, 0, 7, 12);
const A = "aaaaaaaaaaaaaaaa";
const B = "bbbbbbbbbbbbbbbb";
const C = "cccccccccccccccc";

async function setUp(t: TestContext, options: { records?: [string, number][]; lastBelievedMs?: number } = {}) {
  const clock = new VirtualClock(NOON);
  const store = new TimeStore(testDatabase(t));
  if (options.lastBelievedMs !== undefined) await store.setLastBelieved(options.lastBelievedMs);
  const warnings: object[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn: (fields) => void warnings.push(fields),
    error() {},
    child: () => log,
  };
  const time = new SiteTime({ clock, log, store, recordTimes: () => options.records ?? [] });
  /** The lock says that it is this much later than the gateway thinks. */
  const hear = (lockId: string, aheadSeconds: number, isUncertain = false) =>
    time.hear(lockId, { seconds: clock.wallMs() / 1_000 + aheadSeconds, isUncertain, rightAtMs: clock.wallMs() });
  return { clock, store, time, hear, warnings };
}

test("a clock that nothing speaks against is believed", async (t) => {
  const { time } = await setUp(t);
  assert.equal(time.now(), NOON / 1_000);
  assert.equal(time.troubleAt(A), undefined);
});

test("a Pi that has just started at some old date gives no time, and says so", async (t) => {
  const { clock, time } = await setUp(t);
  clock.stepWall(-57 * YEAR_S * 1_000);
  assert.equal(time.now(), undefined);
  assert.match(
    time.troubleAt(A) ?? "",
    /^The gateway's clock is not set \(1970-\d\d-\d\dT\d\d:\d\dZ\), so its locks get no time\.$/,
  );
});

test("it can not be earlier than when the gateway last ran", async (t) => {
  const { time } = await setUp(t, { lastBelievedMs: NOON + 3_600_000 });
  assert.equal(time.now(), undefined);
  assert.match(time.troubleAt(A) ?? "", /is not believed, for it was 2027-01-07T13:00Z when the gateway last ran/);
});

test("it can not be earlier than what a lock has signed", async (t) => {
  const { time, hear } = await setUp(t, { records: [[A, NOON / 1_000 + 7_200]] });
  assert.equal(time.now(), undefined);
  assert.match(time.troubleAt(A) ?? "", /, for this lock says 2027-01-07T14:00Z/);
  assert.match(time.troubleAt(B) ?? "", /, for another lock says 2027-01-07T14:00Z/);
  hear(A, 0);
  assert.equal(time.now(), NOON / 1_000);
});

for (const [what, aheadSeconds] of [
  ["behind", -3 * YEAR_S],
  ["ahead of", 3 * YEAR_S],
] as const) {
  test(`a lock that is certain and years ${what} the gateway keeps it from giving the time`, async (t) => {
    const { time, hear } = await setUp(t);
    hear(A, aheadSeconds);
    assert.equal(time.now(), undefined);
    assert.match(
      time.troubleAt(A) ?? "",
      /Set the machine's clock while the gateway runs; if it is right, say so: portvakt sync LOCK --approve$/,
    );
  });

  test(`one lock years ${what} the gateway and two others is outvoted`, async (t) => {
    const { time, hear } = await setUp(t);
    hear(A, aheadSeconds);
    hear(B, 0);
    assert.equal(time.now(), undefined);
    hear(C, 1);
    assert.notEqual(time.now(), undefined);
  });
}

test("once a lock has agreed, it is the lock that is wrong if one differs", async (t) => {
  const { time, hear } = await setUp(t);
  hear(A, 1);
  hear(A, 3 * YEAR_S);
  assert.equal(time.now(), NOON / 1_000);
});

test("a lock that shows a time at which the gateway has run already is no witness", async (t) => {
  const { time, hear } = await setUp(t, { lastBelievedMs: NOON - 60_000 });
  hear(A, -YEAR_S);
  assert.equal(time.now(), NOON / 1_000);
  hear(A, YEAR_S);
  assert.equal(time.now(), undefined);
});

test("what a person says counts more than what a lock does", async (t) => {
  const { time, hear } = await setUp(t);
  hear(A, YEAR_S);
  time.approve();
  assert.equal(time.now(), NOON / 1_000);
});

test("a lock that is uncertain of its time proves nothing", async (t) => {
  const { time, hear } = await setUp(t);
  hear(A, -YEAR_S, true);
  assert.notEqual(time.now(), undefined);
});

test("a lock that nobody has corrected for a year may have drifted", async (t) => {
  const { clock, time } = await setUp(t);
  const rightAtMs = clock.wallMs() - YEAR_S * 1_000;
  time.hear(A, { seconds: NOON / 1_000 + 3_600, isUncertain: false, rightAtMs });
  assert.notEqual(time.now(), undefined);
});

test("a clock that is set while the gateway runs is believed from then on, and the step is logged", async (t) => {
  const { clock, time, hear, warnings } = await setUp(t, { lastBelievedMs: NOON + YEAR_S * 1_000 });
  hear(A, YEAR_S);
  assert.equal(time.now(), undefined);
  clock.stepWall(3_600_000);
  assert.equal(time.now(), NOON / 1_000 + 3_600);
  assert.deepEqual(warnings, [{ stepSeconds: 3_600 }]);
});

test("how late it is is written down, though not by a clock that is not believed", async (t) => {
  const { clock, store, time, hear } = await setUp(t);
  await time.noteNowAndThen();
  assert.equal(store.lastBelievedMs(), NOON);
  clock.advance(1_800_000);
  await time.noteNowAndThen();
  assert.equal(store.lastBelievedMs(), NOON);
  await time.close();
  assert.equal(store.lastBelievedMs(), NOON + 1_800_000);
  hear(A, YEAR_S);
  clock.advance(3_600_000);
  await time.close();
  assert.equal(store.lastBelievedMs(), NOON + 1_800_000);
});
