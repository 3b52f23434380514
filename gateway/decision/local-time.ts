import { parsePosixTz, utcOffset } from "../../protocol/access/posix-tz.ts";

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** "Thu 2026-12-24 07:30 local time" of seconds since 1970 UTC; in UTC where no time zone is set. */
export function localTimeText(tz: string | undefined, time: number): string {
  const zone = tz === undefined ? undefined : parsePosixTz(tz);
  const local = new Date((time + (zone ? utcOffset(zone, time) : 0)) * 1000);
  const [date, clock = ""] = local.toISOString().split("T");
  const seconds = local.getUTCSeconds() === 0 ? "" : clock.slice(5, 8);
  return `${WEEKDAYS[local.getUTCDay()]} ${date} ${clock.slice(0, 5)}${seconds} ${zone ? "local time" : "UTC"}`;
}

/** A date, a time, and an offset, whose plus arrives as a space from a query in which nobody has escaped it. */
const TIME = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)([Zz]|[+ -]\d{2}:\d{2})?$/;

/**
 * Seconds since 1970 UTC of an RFC 3339 time, or of one without an offset, which is local time; undefined if it is neither.
 * A time that the clocks show twice is the first of the two, one that they jump over is as if they had not.
 */
export function readTime(text: string, tz: string | undefined): number | undefined {
  const [, date, clock, offset] = TIME.exec(text) ?? [];
  if (date === undefined || clock === undefined || !isDate(date)) return undefined;
  if (offset !== undefined) return secondsOf(`${date}T${clock}${offset.replace(" ", "+").toUpperCase()}`);
  const wall = secondsOf(`${date}T${clock}Z`);
  const zone = tz === undefined ? undefined : parsePosixTz(tz);
  if (wall === undefined || !zone) return wall;
  const [first, last] = [zone.daylight?.offset ?? zone.standardOffset, zone.standardOffset]
    .map((seconds) => wall - seconds)
    .sort((a, b) => a - b) as [number, number];
  return first + utcOffset(zone, first) === wall ? first : last;
}

function secondsOf(rfc3339: string): number | undefined {
  const ms = Date.parse(rfc3339);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}

/** The machine's own reading takes the 30th of February for the 2nd of March. */
function isDate(date: string): boolean {
  const ms = Date.parse(`${date}T00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
