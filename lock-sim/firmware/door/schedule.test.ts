import assert from "node:assert/strict";
import { test } from "node:test";
import type { Window } from "../../../protocol/documents/grant.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { TestSite } from "../testing/test-site.ts";
import { BenchDoor, TAG_CREDENTIAL } from "./testing/bench-door.ts";

const ID = TestSite.id(0x21);
const STOCKHOLM = "CET-1CEST,M3.5.0,M10.5.0/3";

/** Minutes of local time. */
const NIGHT: Window = { days: 0x40, from: 2 * 60 + 15, to: 2 * 60 + 45 };

/** At which minutes after 00:00 UTC of that day the door opens. */
function openMinutes(day: number): number[] {
  const door = new BenchDoor([]);
  const { rtc } = door.lock.hardware;
  const grant = { id: ID, credentials: [TAG_CREDENTIAL], windows: [NIGHT], issuedAt: 0, expires: 2_000_000_000 };
  door.commit([grant], { settings: { tz: STOCKHOLM } });
  const open: number[] = [];
  for (let minute = 0; minute < 180; minute += 5) {
    rtc.set(day + minute * 60);
    door.news();
    door.showTag();
    door.wait(1000);
    const isOpen = door.news().some(({ type }) => type === RecordType.unlocked);
    if (isOpen) open.push(minute);
    door.settle();
  }
  return open;
}

test("a window 02:15–02:45 does not exist in the night to summer time, and comes twice in the night to winter time", () => {
  // 28 March 2027 02:00 CET becomes 03:00 CEST, at 01:00 UTC.
  assert.deepEqual(openMinutes(Date.UTC(2027, 2, 28) / 1000), []);
  // 31 October 2027 03:00 CEST becomes 02:00 CET, at 01:00 UTC: 02:15 CEST is 00:15 UTC, 02:15 CET is 01:15 UTC.
  assert.deepEqual(openMinutes(Date.UTC(2027, 9, 31) / 1000), [15, 20, 25, 30, 35, 40, 75, 80, 85, 90, 95, 100]);
  // The Sunday between has it once.
  assert.deepEqual(openMinutes(Date.UTC(2027, 6, 4) / 1000), [15, 20, 25, 30, 35, 40]);
});

test("a holiday has windows of its own, at the door as anywhere", () => {
  const noon = Date.UTC(2027, 5, 25, 10) / 1000;
  const holidays = [Math.floor(noon / 86_400)];
  for (const [days, reason] of [
    [0x7f, Reason.outsideHours],
    [0x80, Reason.done],
  ] as const) {
    const door = new BenchDoor([]);
    const windows = [{ days, from: 0, to: 1440 }];
    const grant = { id: ID, credentials: [TAG_CREDENTIAL], windows, issuedAt: 0, expires: 2_000_000_000 };
    door.commit([grant], { settings: { tz: STOCKHOLM, holidays } });
    door.lock.hardware.rtc.set(noon);
    door.news();
    if (reason === Reason.done) door.opensBy(ID, () => door.showTag());
    else door.refuses(reason, ID, () => door.showTag());
  }
});
