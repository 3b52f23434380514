/** A site's time zone, as POSIX writes it (IEEE Std 1003.1 §8.3): offsets in seconds, east of Greenwich positive. */
export interface PosixTz {
  readonly standardOffset: number;
  /** Absent where clocks stay as they are. */
  readonly daylight?: { readonly offset: number; readonly start: Rule; readonly end: Rule };
}

/** A day of the year, and the seconds after its midnight at which clocks change. */
export type Rule = DayRule & { readonly time: number };

type DayRule =
  /** Week 1–5 (5 = the last) of a month 1–12; weekday 0 = Sunday. */
  | { readonly kind: "month"; readonly month: number; readonly week: number; readonly weekday: number }
  /** 1–365; 29 February is never counted. */
  | { readonly kind: "julian"; readonly day: number }
  /** 0–365; 29 February is counted. */
  | { readonly kind: "zero-based"; readonly day: number };

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
const DEFAULT_RULE_TIME = 2 * HOUR_SECONDS;

const NAME = "(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)";
const TIME = "\\d{1,2}(?::\\d{2}(?::\\d{2})?)?";
const RULE = `(?:M\\d{1,2}\\.\\d\\.\\d|J?\\d{1,3})(?:/${TIME})?`;
const TZ = new RegExp(`^${NAME}([+-]?${TIME})(?:${NAME}([+-]?${TIME})?,(${RULE}),(${RULE}))?$`);

/** Undefined for anything but a POSIX TZ that says all itself: names of zones and daylight time without rules are none. */
export function parsePosixTz(text: string): PosixTz | undefined {
  const [, standard, daylight, start, end] = TZ.exec(text) ?? [];
  const standardOffset = standard === undefined ? undefined : parseOffset(standard);
  if (standardOffset === undefined) return undefined;
  if (start === undefined || end === undefined) return { standardOffset };

  const offset = daylight === undefined ? standardOffset + HOUR_SECONDS : parseOffset(daylight);
  const startRule = parseRule(start);
  const endRule = parseRule(end);
  if (offset === undefined || !startRule || !endRule) return undefined;
  return { standardOffset, daylight: { offset, start: startRule, end: endRule } };
}

/** Seconds that local time is ahead of UTC at `time`, seconds since 1970 UTC. */
export function utcOffset(tz: PosixTz, time: number): number {
  if (!tz.daylight) return tz.standardOffset;
  const { offset, start, end } = tz.daylight;
  const year = new Date((time + tz.standardOffset) * 1000).getUTCFullYear();
  // A rule may fall so near New Year that the last change was one of the year before, or the next year's has come.
  const years = [year - 1, year, year + 1];
  const lastStart = lastUpTo(
    time,
    years.map((y) => momentOf(start, y) - tz.standardOffset),
  );
  const lastEnd = lastUpTo(
    time,
    years.map((y) => momentOf(end, y) - offset),
  );
  return lastStart >= lastEnd ? offset : tz.standardOffset;
}

/** When clocks change in a year, seconds since 1970 UTC and in no order; never where they stay as they are. */
export function clockChanges({ standardOffset, daylight }: PosixTz, year: number): number[] {
  if (!daylight) return [];
  return [momentOf(daylight.start, year) - standardOffset, momentOf(daylight.end, year) - daylight.offset];
}

function lastUpTo(time: number, moments: readonly number[]): number {
  return Math.max(...moments.filter((moment) => moment <= time));
}

/** Local seconds since 1970 at which the rule's change comes in a year, on the clock that shows until then. */
function momentOf(rule: Rule, year: number): number {
  return dayOf(rule, year) * DAY_SECONDS + rule.time;
}

/** Days since 1970. */
function dayOf(rule: DayRule, year: number): number {
  switch (rule.kind) {
    case "month": {
      const first = daysTo(year, rule.month);
      const days = daysTo(year, rule.month + 1) - first;
      const firstWeekday = new Date(first * DAY_SECONDS * 1000).getUTCDay();
      const day = ((rule.weekday - firstWeekday + 7) % 7) + 7 * (rule.week - 1);
      return first + (day < days ? day : day - 7);
    }
    case "julian":
      // Days after February stand where they do in a common year.
      return daysTo(year, 1) + rule.day - 1 + (rule.day > 59 && isLeap(year) ? 1 : 0);
    case "zero-based":
      return daysTo(year, 1) + rule.day;
  }
}

/** Days from 1970 to the first of a month; month 13 is January of the next year. */
function daysTo(year: number, month: number): number {
  return Date.UTC(year, month - 1, 1) / 1000 / DAY_SECONDS;
}

function isLeap(year: number): boolean {
  return daysTo(year + 1, 1) - daysTo(year, 1) === 366;
}

/** POSIX counts offsets west of Greenwich: CET is -1. */
function parseOffset(text: string): number | undefined {
  const seconds = parseTime(text.replace(/^[+-]/, ""));
  return seconds === undefined || text.startsWith("-") ? seconds : 0 - seconds;
}

/** `hh[:mm[:ss]]`, hours 0–24. */
function parseTime(text: string): number | undefined {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(":").map(Number);
  if (hours > 24 || minutes > 59 || seconds > 59) return undefined;
  return hours * HOUR_SECONDS + minutes * 60 + seconds;
}

function parseRule(text: string): Rule | undefined {
  const [day = "", at] = text.split("/");
  const time = at === undefined ? DEFAULT_RULE_TIME : parseTime(at);
  const rule = parseDayRule(day);
  return time === undefined || !rule ? undefined : { ...rule, time };
}

function parseDayRule(text: string): DayRule | undefined {
  if (text.startsWith("M")) {
    const [month = 0, week = 0, weekday = 0] = text.slice(1).split(".").map(Number);
    const isDay = month >= 1 && month <= 12 && week >= 1 && week <= 5 && weekday <= 6;
    return isDay ? { kind: "month", month, week, weekday } : undefined;
  }
  if (text.startsWith("J")) {
    const day = Number(text.slice(1));
    return day >= 1 && day <= 365 ? { kind: "julian", day } : undefined;
  }
  const day = Number(text);
  return day <= 365 ? { kind: "zero-based", day } : undefined;
}
