import type { Window } from "../documents/grant.ts";
import { type PosixTz, utcOffset } from "./posix-tz.ts";

const DAY_SECONDS = 86_400;
const HOLIDAY_BIT = 7;

/** A site's time zone and its holidays, local dates as days since 1970. */
export interface Calendar {
  readonly tz: PosixTz;
  readonly holidays: readonly number[];
}

/** Whether one of the windows holds at `time`, seconds since 1970 UTC (protocol.md §7). */
export function isWithinWindows(windows: readonly Window[], calendar: Calendar, time: number): boolean {
  const local = time + utcOffset(calendar.tz, time);
  const today = Math.floor(local / DAY_SECONDS);
  // No window is longer than a day, so it began today or yesterday; it belongs wholly to the day it began on.
  return [today, today - 1].some((day) => {
    const bit = 1 << dayBit(day, calendar.holidays);
    const seconds = local - day * DAY_SECONDS;
    return windows.some((window) => (window.days & bit) !== 0 && holdsAt(window, seconds));
  });
}

/** Of a local date as days since 1970: Monday 0 to Sunday 6, or 7 on a holiday. */
export function dayBit(day: number, holidays: readonly number[]): number {
  // Day 0 was a Thursday; a week more keeps the evening before it in range.
  return holidays.includes(day) ? HOLIDAY_BIT : (day + 3 + 7) % 7;
}

/** `seconds` after the midnight with which the window's day began. */
function holdsAt({ from, to }: Window, seconds: number): boolean {
  const end = to > from ? to * 60 : to * 60 + DAY_SECONDS;
  return seconds >= from * 60 && seconds < end;
}
