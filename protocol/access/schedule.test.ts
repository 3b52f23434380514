import assert from "node:assert/strict";
import { test } from "node:test";
import { lk1Vectors } from "../testing/lk1-vectors.ts";
import { parsePosixTz } from "./posix-tz.ts";
import { isWithinWindows } from "./schedule.ts";

interface Schedule {
  name: string;
  tz: string;
  holidays: number[];
  windows: [number, number, number][];
  cases: { time: number; localText: string; allowed: boolean }[];
}
const { schedules } = lk1Vectors<{ schedules: Schedule[] }>("schedules");

for (const { name, tz, holidays, windows, cases } of schedules) {
  test(`lk1.json, ${name}: open and closed as given there`, () => {
    const calendar = { tz: parsePosixTz(tz)!, holidays };
    for (const { time, localText, allowed } of cases) {
      const within = isWithinWindows(
        windows.map(([days, from, to]) => ({ days, from, to })),
        calendar,
        time,
      );
      assert.equal(within, allowed, localText);
    }
  });
}

test("the first hours of 1970 have a day too, west of Greenwich even the last ones of 1969", () => {
  const wednesday = [{ days: 4, from: 0, to: 1440 }];
  const thursday = [{ days: 8, from: 0, to: 1440 }];
  const utc = { tz: parsePosixTz("UTC0")!, holidays: [] };
  const west = { tz: parsePosixTz("EST5")!, holidays: [] };
  assert.equal(isWithinWindows(thursday, utc, 0), true);
  assert.equal(isWithinWindows(wednesday, west, 0), true);
  assert.equal(isWithinWindows(thursday, west, 0), false);
});
