import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { BenchLock } from "../firmware/testing/bench-lock.ts";
import { DailyLife } from "../testing/daily-life.ts";
import { energyOf } from "./battery-life.ts";
import { type Charge, ofUse, total } from "./charge.ts";
import { BATTERY_MICROCOULOMB } from "./current-model.ts";
import { chargeDuring } from "./testing/charge-during.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The hours of a flat's ten goings-out. */
const GOING_OUT = [6, 7, 7, 8, 12, 15, 16, 17, 18, 21];

function inWords(charge: Charge): string {
  const parts = Object.entries(charge).map(([part, microcoulomb]) => `${part} ${Math.round(microcoulomb)}`);
  return `${Math.round(total(charge))} µC: ${parts.join(", ")}`;
}

/** A lock with some grants and a gateway that does nothing unless told to. */
function quietLife(): DailyLife {
  return new DailyLife(new BenchLock(), { usesPerDay: 0, pollsPerDay: 0, grants: 20 });
}

test("a lock that nobody uses draws what it needs to be there, in proportion to time", () => {
  const bench = new BenchLock();
  const hour = () => chargeDuring(bench.lock, () => bench.clock.advance(3_600_000));
  const [first, second] = [hour(), hour()];
  assert.deepEqual(first, second);
  assert.equal(ofUse(first), 0);
  assert(first.advertising > 0 && first.standby > 0);
});

test("without power a lock draws nothing", () => {
  const bench = new BenchLock();
  const off = chargeDuring(bench.lock, () => {
    bench.lock.powerOff();
    bench.clock.advance(DAY_MS);
  });
  assert.equal(total(off), 0);
});

test("a jammed bolt costs its motor more than one that moves", () => {
  const [free, jammed] = [quietLife(), quietLife()];
  jammed.bench.lock.hardware.bolt.jam(true);
  const motor = ({ bench }: DailyLife) =>
    chargeDuring(bench.lock, () => {
      bench.lock.hardware.bolt.drive("drawn");
      bench.clock.advance(400);
      bench.lock.hardware.bolt.stop();
    }).motor;
  assert.equal(motor(free), 400 * 250);
  assert.equal(motor(jammed), 400 * 900);
});

test("of a resumed order the motor takes most, of a poll the radio; neither needs a point multiplication for its session", (t: TestContext) => {
  const life = quietLife();
  life.open();
  const use = chargeDuring(life.bench.lock, () => life.use());
  const poll = chargeDuring(life.bench.lock, () => life.poll());
  for (const [name, charge] of Object.entries({ use, poll })) t.diagnostic(`${name}: ${inWords(charge)}`);
  assert(use.motor > use.radio + use.crypto + use.flash);
  assert.equal(poll.crypto, 0);
  assert(poll.radio > poll.flash);
});

test("forty uses a day leave a battery that lasts more than a year", (t: TestContext) => {
  const bench = new BenchLock();
  const life = new DailyLife(bench, { usesPerDay: 40, pollsPerDay: 0, grants: 20 });
  const day = chargeDuring(bench.lock, () => life.day());
  const days = BATTERY_MICROCOULOMB / total(day);
  t.diagnostic(`${Math.round(days)} days; a day: ${inWords(day)}`);
  assert(days > 365);
});

/** What a gateway costs a lock on a day on which people go out at these hours: by coming every hour, or whenever events wait. */
function linkOfADay(goingOut: readonly number[], comes: "every hour" | "when events wait" | "never"): number {
  const life = quietLife();
  const { clock, lock } = life.bench;
  life.open();
  const charge = chargeDuring(lock, () => {
    for (let hour = 0; hour < 24; hour++) {
      const endMs = clock.monotonicMs() + HOUR_MS;
      for (const _ of goingOut.filter((at) => at === hour)) {
        life.goOut();
        if (comes === "when events wait") life.poll();
      }
      if (comes === "every hour") life.poll();
      clock.advance(endMs - clock.monotonicMs());
    }
  });
  return ofUse(charge) - (comes === "never" ? 0 : linkOfADay(goingOut, "never"));
}

test("a gateway that comes when events wait costs a lock a third less than one that comes every hour, and comes at once", (t: TestContext) => {
  const waiting = linkOfADay(GOING_OUT, "when events wait");
  const hourly = linkOfADay(GOING_OUT, "every hour");
  t.diagnostic(
    `the link of a day with ${GOING_OUT.length} events: ${Math.round(waiting)} µC, every hour ${Math.round(hourly)} µC`,
  );
  assert(waiting < 0.75 * hourly);
});

test("where nothing happens it costs nothing, and one that comes every hour as much as before", (t: TestContext) => {
  const hourly = linkOfADay([], "every hour");
  t.diagnostic(`the link of a day without events: 0 µC, every hour ${Math.round(hourly)} µC`);
  assert.equal(linkOfADay([], "when events wait"), 0);
  assert(hourly > 1000);
});

test("the estimate does not take a minute of trying things out for a day's use", () => {
  const life = quietLife();
  const days = energyOf(life.bench.lock.work).batteryDays;
  life.open();
  for (let i = 0; i < 5; i++) life.use();
  const after = energyOf(life.bench.lock.work).batteryDays;
  assert(after < days && after > days / 2, `${days}, then ${after}`);
});
