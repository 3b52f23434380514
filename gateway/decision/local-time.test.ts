import assert from "node:assert/strict";
import { test } from "node:test";
import { localTimeText, readTime } from "./local-time.ts";

const STOCKHOLM = "CET-1CEST,M3.5.0,M10.5.0/3";
const at = (text: string) => Date.parse(text) / 1000;

test("a time is told as the clocks at the door show it, in UTC where nobody has said which those are", () => {
  const time = at("2026-12-24T06:30:00Z");
  assert.equal(localTimeText(STOCKHOLM, time), "Thu 2026-12-24 07:30 local time");
  assert.equal(localTimeText(undefined, time + 5), "Thu 2026-12-24 06:30:05 UTC");
});

test("an RFC 3339 time is read wherever the lock is, its plus lost on the way or not", () => {
  for (const text of [
    "2026-12-24T07:30:00+01:00",
    "2026-12-24T07:30:00 01:00",
    "2026-12-24T06:30Z",
    "2026-12-24 06:30:00.9z",
    "2026-12-24T01:30:00-05:00",
  ]) {
    assert.equal(readTime(text, STOCKHOLM), at("2026-12-24T06:30:00Z"), text);
  }
});

test("a time without an offset is the lock's, also where the clocks change", () => {
  const read = (text: string) => new Date(readTime(text, STOCKHOLM)! * 1000).toISOString().slice(0, 16);
  assert.equal(read("2027-01-07 12:00"), "2027-01-07T11:00");
  assert.equal(read("2027-07-07 12:00"), "2027-07-07T10:00");
  // 02:30 comes twice in the night of 31 October, and not at all in that of 28 March.
  assert.equal(read("2027-10-31 02:30"), "2027-10-31T00:30");
  assert.equal(read("2027-03-28 02:30"), "2027-03-28T01:30");
  assert.equal(readTime("2027-01-07 12:00", undefined), at("2027-01-07T12:00:00Z"));
});

test("what is no time is not read", () => {
  for (const text of ["tomorrow", "2027-02-30T12:00Z", "2027-01-07", "2027-01-07T25:00Z", "2027-13-07T12:00", ""]) {
    assert.equal(readTime(text, STOCKHOLM), undefined, text);
  }
});
