import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import type { Window } from "../documents/grant.ts";
import { parsePosixTz, utcOffset } from "./posix-tz.ts";
import { isWithinWindows } from "./schedule.ts";
import { changes, dayNumber, isOpen, midnight, offsetOf, STOCKHOLM_POSIX, wallClock } from "./testing/stockholm.ts";

const SEED = Number(process.env.SEED ?? 20270107);
const RUNS = 500;
const HOUR = 3_600;
const [FROM_YEAR, TO_YEAR] = [2020, 2041];
const EVERY_DAY = 0x7f;

const tz = parsePosixTz(STOCKHOLM_POSIX)!;
const CHANGES = changes(FROM_YEAR, TO_YEAR);

const dates = fc
  .nat(dayNumber(Temporal.PlainDate.from("2040-12-30")) - dayNumber(Temporal.PlainDate.from("2020-01-02")))
  .map((days) => Temporal.PlainDate.from("2020-01-02").add({ days }));
const window: fc.Arbitrary<Window> = fc.record({ days: fc.nat(0xff), from: fc.nat(1440), to: fc.nat(1440) });
const windows = fc.array(window, { minLength: 1, maxLength: 16 });
/** Around a date, so that they matter. */
const holidaysNear = (date: Temporal.PlainDate) =>
  fc.uniqueArray(
    fc.integer({ min: -2, max: 2 }).map((days) => dayNumber(date.add({ days }))),
    { maxLength: 5 },
  );

function check<Values>(t: TestContext, property: fc.IProperty<Values>): void {
  t.diagnostic(`SEED=${SEED}`);
  fc.assert(property, { seed: SEED, numRuns: RUNS });
}

function agrees(of: readonly Window[], holidays: readonly number[], time: number): void {
  const expected = isOpen(of, holidays, time);
  assert.equal(isWithinWindows(of, { tz, holidays }, time), expected, wallClock(time).toString());
}

/** The minutes of a night, by what the wall shows, at which a window that every day has is open. */
function openMinutes(open: Window, night: number): string[] {
  const shown: string[] = [];
  for (let time = night; time < night + 6 * HOUR; time += 60)
    if (isWithinWindows([open], { tz, holidays: [] }, time)) shown.push(wallClock(time).toPlainTime().toString());
  return shown;
}

/** `hh:mm:00` for each minute from `from` up to, not including, `to`. */
function minutes(from: string, to: string): string[] {
  const shown: string[] = [];
  let time = Temporal.PlainTime.from(from);
  for (; !time.equals(to); time = time.add({ minutes: 1 })) shown.push(time.toString());
  return shown;
}

test("Stockholm's clocks change twice a year until 2040, and posix-tz knows each second of it", () => {
  assert.equal(CHANGES.length, 2 * (TO_YEAR - FROM_YEAR));
  for (const change of CHANGES) {
    for (const time of [change - 1, change, change + 1]) assert.equal(utcOffset(tz, time), offsetOf(time));
    for (let hours = -48; hours <= 48; hours++) {
      const time = change + hours * HOUR;
      assert.equal(utcOffset(tz, time), offsetOf(time), wallClock(time).toString());
    }
  }
});

test("at any second of twenty years posix-tz and the time zone database agree", (t) => {
  const [first, last] = ["2020-01-01", "2041-01-01"].map((date) => midnight(Temporal.PlainDate.from(date)));
  check(
    t,
    fc.property(fc.integer({ min: first!, max: last! - 1 }), (time) => {
      assert.equal(utcOffset(tz, time), offsetOf(time));
    }),
  );
});

test("windows of any days and hours, past midnight too, hold when the wall says so, holidays or not", (t) => {
  const moments = dates.chain((date) =>
    fc.record({ holidays: holidaysNear(date), second: fc.nat(24 * HOUR - 1), date: fc.constant(date) }),
  );
  check(
    t,
    fc.property(windows, moments, (of, { holidays, second, date }) => {
      agrees(of, holidays, midnight(date) + second);
    }),
  );
});

test("a window begins and ends on the second", (t) => {
  check(
    t,
    fc.property(window, dates, (one, date) => {
      const at = midnight(date);
      for (const edge of [at + one.from * 60, at + one.to * 60, at + 24 * HOUR + one.to * 60])
        for (const time of [edge - 1, edge, edge + 1]) agrees([one], [], time);
    }),
  );
});

test("in the nights in which clocks change windows hold when the wall says so", (t) => {
  const near = fc.integer({ min: -30 * HOUR, max: 30 * HOUR });
  check(
    t,
    fc.property(windows, fc.constantFrom(...CHANGES), near, (of, change, seconds) => {
      const date = wallClock(change).toPlainDate();
      agrees(of, [], change + seconds);
      agrees(of, [dayNumber(date)], change + seconds);
    }),
  );
});

test("02:15–02:45 does not come in the night clocks go forward, and comes twice in the night they go back", () => {
  const quarters = { days: EVERY_DAY, from: 2 * 60 + 15, to: 2 * 60 + 45 };
  const once = minutes("02:15", "02:45");
  for (const change of CHANGES) {
    const night = midnight(wallClock(change).toPlainDate());
    const isForward = offsetOf(change) > offsetOf(change - 1);
    assert.deepEqual(openMinutes(quarters, night), isForward ? [] : [...once, ...once]);
    assert.deepEqual(openMinutes(quarters, night - 7 * 24 * HOUR), once, "a week before");
  }
});

test("a window round the missing hour is an hour shorter, one round the doubled hour an hour longer", () => {
  const night = { days: EVERY_DAY, from: 60 + 45, to: 3 * 60 + 15 };
  for (const change of CHANGES) {
    const begin = midnight(wallClock(change).toPlainDate());
    const isForward = offsetOf(change) > offsetOf(change - 1);
    assert.equal(openMinutes(night, begin).length, isForward ? 30 : 150);
    // One end in the missing hour: what is left of it begins, or ends, where the clocks jump.
    const late = openMinutes({ ...night, from: 2 * 60 + 15 }, begin);
    if (isForward) assert.deepEqual(late, minutes("03:00", "03:15"));
    const early = openMinutes({ ...night, to: 2 * 60 + 45 }, begin);
    if (isForward) assert.deepEqual(early, minutes("01:45", "02:00"));
  }
});
