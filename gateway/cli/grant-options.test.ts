import assert from "node:assert/strict";
import { test } from "node:test";
import { InvalidArgumentError } from "commander";
import { parseDays, parseHours, scheduleOf } from "./grant-options.ts";

test("days are ranges and single ones, in any order and case", () => {
  assert.deepEqual(parseDays("Mon-Wed"), ["mon", "tue", "wed"]);
  assert.deepEqual(parseDays("holiday, sun,sat"), ["sat", "sun", "holiday"]);
  assert.deepEqual(parseDays("sat-mon"), ["mon", "sat", "sun"]);
});

test("what is no day or no hour is refused with an example", () => {
  for (const text of ["", "monday", "mon-", "mon-holiday", "holiday-mon", "mon;tue"]) {
    assert.throws(() => parseDays(text), InvalidArgumentError, text);
  }
  for (const text of ["", "8-17", "08:00", "08:00-17:00-18:00"]) {
    assert.throws(() => parseHours(text), InvalidArgumentError, text);
  }
});

test("hours without days hold every day, days without hours all day long", () => {
  const hours = parseHours("13:00-17:00", parseHours("08:00-12:00"));
  const every = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"];
  assert.deepEqual(scheduleOf(undefined, hours), [
    { days: every, from: "08:00", to: "12:00" },
    { days: every, from: "13:00", to: "17:00" },
  ]);
  assert.deepEqual(scheduleOf(["sat"], undefined), [{ days: ["sat"], from: "00:00", to: "24:00" }]);
  assert.equal(scheduleOf(undefined, undefined), undefined);
});
