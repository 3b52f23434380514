import assert from "node:assert/strict";
import { test } from "node:test";
import { lk1Vectors } from "../testing/lk1-vectors.ts";
import { parsePosixTz, utcOffset } from "./posix-tz.ts";

interface Schedule {
  tz: string;
  cases: { time: number; localText: string; utcOffsetMinutes: number }[];
}
const vectors = lk1Vectors<{ schedules: Schedule[]; tzRefused: string[] }>("schedules");

const HOUR = 3_600;
const seconds = (text: string) => Date.parse(`${text}Z`) / 1000;
const offsetAt = (tz: string, utc: string) => utcOffset(parsePosixTz(tz)!, seconds(utc)) / HOUR;

test("offsets of lk1.json are reproduced", () => {
  for (const { tz, cases } of vectors.schedules) {
    for (const { time, localText, utcOffsetMinutes } of cases) {
      assert.equal(utcOffset(parsePosixTz(tz)!, time), utcOffsetMinutes * 60, `${tz} at ${localText}`);
    }
  }
});

test("texts that lk1.json refuses, and others that leave POSIX or the page, are no time zone", () => {
  const more = [
    "CE-1",
    "<CE-1",
    "CET-1:60",
    "CET-1:0",
    "CET-123",
    "CET-1CEST,M0.5.0,M10.5.0",
    "CET-1CEST,M3.0.0,M10.5.0",
    "CET-1CEST,J0,J300",
    "CET-1CEST,J366,J300",
    "CET-1CEST,366,300",
    "CET-1CEST,M3.5.0/-1,M10.5.0",
    "CET-1CEST,M3.5.0/25,M10.5.0",
    "CET-1CEST,M3.5.0/2:60,M10.5.0",
    "CET-1CEST,M3.5.0/2:00:60,M10.5.0",
    "CET-1CEST,M3.5.0,M10.6.0",
    "CET-1CEST,M3.5.0,M10.5.7",
    "CET-1CEST,M3.5.0,J0",
    "CET-1CEST-25,M3.5.0,M10.5.0",
    "CET-1,M3.5.0,M10.5.0",
    ":CET-1",
    "CET-1\n",
  ];
  for (const text of [...vectors.tzRefused, ...more]) assert.equal(parsePosixTz(text), undefined, JSON.stringify(text));
});

test("the last day of a month's rule is found where the month has four such days and where it has five", () => {
  // 2027: the last Sunday of March is the 28th, its fourth; the last of October is the 31st, its fifth.
  const tz = "CET-1CEST,M3.5.0,M10.5.0/3";
  assert.equal(offsetAt(tz, "2027-03-28T00:59:59"), 1);
  assert.equal(offsetAt(tz, "2027-03-28T01:00:00"), 2);
  assert.equal(offsetAt(tz, "2027-10-31T00:59:59"), 2);
  assert.equal(offsetAt(tz, "2027-10-31T01:00:00"), 1);
});

test("J never counts 29 February, n does", () => {
  const inEffect = (tz: string, utc: string) => offsetAt(tz, utc) === 1;
  assert.equal(inEffect("UTC0DST,J60/0,J300", "2028-02-29T23:59:59"), false);
  assert.equal(inEffect("UTC0DST,J60/0,J300", "2028-03-01T00:00:00"), true);
  assert.equal(inEffect("UTC0DST,J60/0,J300", "2027-03-01T00:00:00"), true);
  assert.equal(inEffect("UTC0DST,59/0,300", "2028-02-28T23:59:59"), false);
  assert.equal(inEffect("UTC0DST,59/0,300", "2028-02-29T00:00:00"), true);
  assert.equal(inEffect("UTC0DST,59/0,300", "2027-03-01T00:00:00"), true);
});

test("a rule's time may be midnight at the day's end", () => {
  const tz = "EET-2EEST,M3.5.4/24,M9.3.6/24";
  assert.equal(offsetAt(tz, "2027-03-25T21:59:59"), 2);
  assert.equal(offsetAt(tz, "2027-03-25T22:00:00"), 3);
});

test("seconds of an offset and of a rule's time count", () => {
  assert.equal(utcOffset(parsePosixTz("LMT-0:19:32")!, 0), 19 * 60 + 32);
  assert.equal(utcOffset(parsePosixTz("LMT+0:19:32")!, 0), -(19 * 60 + 32));
  const tz = "UTC0DST,J60/1:02:03,J300";
  assert.equal(offsetAt(tz, "2027-03-01T01:02:02"), 0);
  assert.equal(offsetAt(tz, "2027-03-01T01:02:03"), 1);
});

test("clocks may change in January and in December, and at the last second of an hour", () => {
  const tz = "UTC0DST,M12.1.0/0,M1.1.0/0";
  assert.equal(offsetAt(tz, "2027-12-05T00:00:00"), 1);
  assert.equal(offsetAt(tz, "2027-12-04T23:59:59"), 0);
  assert.equal(offsetAt(tz, "2028-01-01T22:59:59"), 1);
  assert.equal(offsetAt(tz, "2028-01-01T23:00:00"), 0);
  assert.equal(utcOffset(parsePosixTz("XXX-0:59:59")!, 0), 3599);
});

test("the first and the last day that J and n can name are days", () => {
  assert.equal(offsetAt("UTC0DST,J1/0,J365/0", "2027-01-01T00:00:00"), 1);
  assert.equal(offsetAt("UTC0DST,J1/0,J365/0", "2027-12-31T00:00:00"), 0);
  assert.equal(offsetAt("UTC0DST,0/0,365/0", "2028-01-01T00:00:00"), 1);
  assert.equal(offsetAt("UTC0DST,0/0,365/0", "2028-12-31T00:00:00"), 0);
});

test("changes on both sides of New Year keep to their years", () => {
  // Clocks go forward on 31 December at 23:00 and back on 1 January at 02:00.
  const tz = "UTC0DST,J365/23,J1/2";
  assert.equal(offsetAt(tz, "2027-12-31T22:59:59"), 0);
  assert.equal(offsetAt(tz, "2027-12-31T23:00:00"), 1);
  assert.equal(offsetAt(tz, "2028-01-01T00:59:59"), 1);
  assert.equal(offsetAt(tz, "2028-01-01T01:00:00"), 0);
});

test("zones round the world agree with the tables of ICU for ten years, hour by hour near their changes", () => {
  const zones: Record<string, string> = {
    "Europe/Stockholm": "CET-1CEST,M3.5.0,M10.5.0/3",
    "Europe/London": "GMT0BST,M3.5.0/1,M10.5.0",
    // Ireland calls its summer time standard: its "daylight" time is an hour behind.
    "Europe/Dublin": "IST-1GMT0,M10.5.0,M3.5.0/1",
    "America/New_York": "EST5EDT,M3.2.0,M11.1.0",
    "America/Havana": "CST5CDT,M3.2.0/0,M11.1.0/1",
    "America/St_Johns": "NST3:30NDT,M3.2.0,M11.1.0",
    "Australia/Lord_Howe": "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "Pacific/Auckland": "NZST-12NZDT,M9.5.0,M4.1.0/3",
    "Pacific/Chatham": "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
    "Asia/Kathmandu": "<+0545>-5:45",
  };
  for (const [zone, text] of Object.entries(zones)) {
    const tz = parsePosixTz(text)!;
    const icu = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    for (const time of nearMonthTurns(2027, 2036)) {
      assert.equal(utcOffset(tz, time), icuOffset(icu, time), `${zone} at ${new Date(time * 1000).toISOString()}`);
    }
  }
});

/** Noon of every day, and every hour of the Sundays on which clocks change somewhere. */
function* nearMonthTurns(firstYear: number, lastYear: number): Generator<number> {
  for (let day = Date.UTC(firstYear, 0, 1) / 1000; day < Date.UTC(lastYear, 0, 1) / 1000; day += 24 * HOUR) {
    const date = new Date(day * 1000);
    const changes = [2, 3, 8, 9, 10].includes(date.getUTCMonth()) && [0, 6].includes(date.getUTCDay());
    for (let hour = changes ? 0 : 12; hour < (changes ? 24 : 13); hour++) yield day + hour * HOUR;
  }
}

/** Seconds, from "GMT+01:00". */
function icuOffset(format: Intl.DateTimeFormat, time: number): number {
  const name = format.formatToParts(time * 1000).find((part) => part.type === "timeZoneName")!.value;
  const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(name) ?? [];
  return sign === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * 60);
}
