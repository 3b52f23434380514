import type { Window } from "../documents/grant.ts";
import { Reason } from "../wire/reason.ts";
import { type Answer, answerAt, type Foresight, reasonAt } from "./explain.ts";
import { clockChanges, type PosixTz, parsePosixTz, utcOffset } from "./posix-tz.ts";
import { dayBit } from "./schedule.ts";

const DAY_SECONDS = 86_400;
const MINUTE_SECONDS = 60;
/** Schedules repeat by the week, so most answers change within one. */
const STRETCH_SECONDS = 7 * DAY_SECONDS;
/** Holds on no day. */
const NEVER: Window = { days: 0, from: 0, to: 0 };

/** From `at` on, seconds since 1970 UTC, the answer is this one. */
export interface Change extends Answer {
  readonly at: number;
}

export interface Changes {
  /** The first answer with another reason. */
  readonly next?: Change;
  /** The first that turns a yes into a no, or a no into a yes; often the same. */
  readonly turn?: Change;
}

/** What is looked for. */
interface Search {
  isFound(reason: Reason): boolean;
  /** Whether windows have to be looked at where without them it would be `open`, and outside all of them `shut`. */
  areWindowsOfUse(open: Reason, shut: Reason): boolean;
}

/**
 * When the answer of `now` will change, if nobody changes a right, a setting or the roster: exact to the second, up to and
 * including `until`.
 */
export function changesAfter(foresight: Foresight, now: number, until: number): Changes {
  const answer = reasonAt(foresight, now);
  const next = firstAfter(foresight, now, until, {
    isFound: (reason) => reason !== answer,
    areWindowsOfUse: (open, shut) => open !== shut,
  });
  if (!next) return {};
  const isTurned = (reason: Reason) => (reason === Reason.done) !== (answer === Reason.done);
  if (isTurned(next.reason)) return { next, turn: next };
  const turn = firstAfter(foresight, next.at, until, {
    isFound: isTurned,
    areWindowsOfUse: (open, shut) => open === Reason.done && shut !== Reason.done,
  });
  return { next, ...(turn && { turn }) };
}

function firstAfter(foresight: Foresight, now: number, until: number, search: Search): Change | undefined {
  for (const at of momentsAfter(foresight, now, until, search)) {
    if (search.isFound(reasonAt(foresight, at))) return { at, ...answerAt(foresight, at) };
  }
  return undefined;
}

/** Every moment at which the decision may become what is looked for, in order, and some at which it does not. */
function* momentsAfter(foresight: Foresight, now: number, until: number, search: Search): Generator<number> {
  // By a clock that is not believed nothing begins or ends.
  if (foresight.timeUncertain || now >= until) return;
  const { notBefore = 0, expires = 0 } = foresight.grant;
  const limits = new Set([notBefore, expires, foresight.staleAfter]);
  const between = [...limits].filter((moment) => moment > now && moment <= until).sort((a, b) => a - b);
  let begin = now;
  for (const end of [...between, until]) {
    // Between two limits windows alone can change the answer.
    const { grant } = foresight;
    const { windows: _, ...always } = grant;
    const open = reasonAt({ ...foresight, grant: always }, begin);
    const shut = reasonAt({ ...foresight, grant: { ...grant, windows: [NEVER] } }, begin);
    if (search.areWindowsOfUse(open, shut)) yield* windowEdges(foresight, begin, end);
    yield end;
    begin = end;
  }
}

/** Beginnings and ends of windows after `begin` and before `end`, and the changes of clocks, which may jump over either. */
function* windowEdges({ grant, settings }: Foresight, begin: number, end: number): Generator<number> {
  const { windows } = grant;
  const tz = settings.tz === undefined ? undefined : parsePosixTz(settings.tz);
  if (!windows || !tz) return;
  for (let from = begin; from < end; from += STRETCH_SECONDS) {
    const to = Math.min(from + STRETCH_SECONDS, end);
    const changes = changesAround(tz, from, to);
    const edges = [...changes];
    // A window that began the day before yesterday may end in the first second of today.
    for (let day = localDay(tz, from) - 2; day <= localDay(tz, to) + 1; day++) {
      const bit = 1 << dayBit(day, settings.holidays ?? []);
      const ofDay = windows.filter(({ days }) => (days & bit) !== 0);
      const offsets = offsetsAround(tz, day, changes);
      edges.push(...ofDay.flatMap((window) => edgesOn(day, window, offsets)));
    }
    yield* new Set(edges.filter((edge) => edge > from && edge <= to).sort((a, b) => a - b));
  }
}

function edgesOn(day: number, { from, to }: Window, offsets: readonly number[]): number[] {
  const begin = day * DAY_SECONDS + from * MINUTE_SECONDS;
  const end = (to > from ? day : day + 1) * DAY_SECONDS + to * MINUTE_SECONDS;
  return offsets.flatMap((offset) => [begin - offset, end - offset]);
}

/** By offsets and times of its rules a change of clocks may fall into the year before or after its own. */
function changesAround(tz: PosixTz, from: number, to: number): number[] {
  const changes: number[] = [];
  for (let year = yearOf(from) - 1; year <= yearOf(to) + 1; year++) changes.push(...clockChanges(tz, year));
  return changes;
}

/** How far local time may be ahead of UTC: near a change of clocks by either offset, one of which makes a moment too many. */
function offsetsAround(tz: PosixTz, day: number, changes: readonly number[]): number[] {
  const [from, to] = [(day - 2) * DAY_SECONDS, (day + 4) * DAY_SECONDS];
  const isNear = changes.some((change) => change >= from && change <= to);
  return tz.daylight && isNear ? [tz.standardOffset, tz.daylight.offset] : [utcOffset(tz, from)];
}

function yearOf(time: number): number {
  return new Date(time * 1000).getUTCFullYear();
}

function localDay(tz: PosixTz, time: number): number {
  return Math.floor((time + utcOffset(tz, time)) / DAY_SECONDS);
}
