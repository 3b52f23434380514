import { Temporal } from "temporal-polyfill";
import type { Window } from "../../documents/grant.ts";

// What Europe/Stockholm's clocks and calendars say, by Temporal and the time zone database that Node.js carries: shares
// nothing with posix-tz.ts and schedule.ts.

export const STOCKHOLM = "Europe/Stockholm";
/** The same as a site has it in its settings. */
export const STOCKHOLM_POSIX = "CET-1CEST,M3.5.0,M10.5.0/3";

const EPOCH_DAY = Temporal.PlainDate.from("1970-01-01");
const HOLIDAY_BIT = 7;

/** What the clock on the wall shows at `time`, seconds since 1970 UTC. */
export function wallClock(time: number): Temporal.PlainDateTime {
  return zoned(time).toPlainDateTime();
}

/** Seconds that Stockholm is ahead of UTC at `time`. */
export function offsetOf(time: number): number {
  return zoned(time).offsetNanoseconds / 1e9;
}

/** Seconds since 1970 UTC at which a date begins in Stockholm. */
export function midnight(date: Temporal.PlainDate): number {
  return date.toZonedDateTime(STOCKHOLM).epochMilliseconds / 1000;
}

/** The moments in these years, the last one excluded, at which Stockholm's clocks change: seconds since 1970 UTC. */
export function changes(fromYear: number, toYear: number): number[] {
  const found: number[] = [];
  let moment = Temporal.PlainDate.from({ year: fromYear, month: 1, day: 1 }).toZonedDateTime(STOCKHOLM);
  for (;;) {
    const next = moment.getTimeZoneTransition("next");
    if (!next || next.year >= toYear) return found;
    found.push(next.epochMilliseconds / 1000);
    moment = next;
  }
}

/** Days since 1970, as a roster names its holidays. */
export function dayNumber(date: Temporal.PlainDate): number {
  return EPOCH_DAY.until(date, { largestUnit: "days" }).days;
}

/**
 * Whether one of the windows holds, as the page says it (protocol.md §7, claim windows): of every day of which a window
 * could still run, ask whether it has this window, and whether what the wall shows lies between its ends.
 */
export function isOpen(windows: readonly Window[], holidays: readonly number[], time: number): boolean {
  const now = wallClock(time);
  const dates = [-1, 0].map((days) => now.toPlainDate().add({ days }));
  return windows.some((window) => dates.some((date) => hasWindow(window, date, holidays) && runs(window, date, now)));
}

function hasWindow({ days }: Window, date: Temporal.PlainDate, holidays: readonly number[]): boolean {
  const bit = holidays.includes(dayNumber(date)) ? HOLIDAY_BIT : date.dayOfWeek - 1;
  return (days >> bit) % 2 === 1;
}

function runs({ from, to }: Window, date: Temporal.PlainDate, now: Temporal.PlainDateTime): boolean {
  const start = date.toPlainDateTime().add({ minutes: from });
  const endsOn = to > from ? date : date.add({ days: 1 });
  const end = endsOn.toPlainDateTime().add({ minutes: to });
  const { compare } = Temporal.PlainDateTime;
  return compare(start, now) <= 0 && compare(now, end) < 0;
}

function zoned(time: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(time * 1000).toZonedDateTimeISO(STOCKHOLM);
}
