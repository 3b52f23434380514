import assert from "node:assert/strict";
import { test } from "node:test";
import { dateText, dayOf } from "./calendar-date.ts";
import { DAY_NAMES, scheduleEntryOf, windowOf } from "./schedule-words.ts";

test("days and hours become the bits and minutes of a window, and back", () => {
  const entry = { days: ["mon", "sun", "holiday"] as const, from: "08:05", to: "24:00" };
  const window = { days: 0b1100_0001, from: 485, to: 1440 };
  assert.deepEqual(windowOf({ ...entry, days: [...entry.days] }), window);
  assert.deepEqual(scheduleEntryOf(window), entry);
  for (let days = 1; days < 256; days++) {
    const there = { days, from: 0, to: 60 };
    assert.deepEqual(windowOf(scheduleEntryOf(there)), there);
  }
  assert.equal(windowOf({ days: [...DAY_NAMES], from: "00:00", to: "00:00" }).days, 255);
});

test("a date is days since 1970, and one that is in no calendar is none", () => {
  assert.equal(dayOf("1970-01-01"), 0);
  assert.equal(dayOf("2028-02-29"), 21_243);
  assert.equal(dateText(21_243), "2028-02-29");
  for (const text of ["1969-12-31", "2027-02-29", "2027-13-01", "2027-1-1", "2027-01-01T00:00:00Z", ""]) {
    assert.equal(dayOf(text), undefined, text);
  }
});
