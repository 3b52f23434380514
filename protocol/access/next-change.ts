import type { Window } from "../documents/grant.ts";
import { Reason } from "../wire/reason.ts";
import { type Answer, answerAt, type Foresight } from "./explain.ts";
import { clockChanges, type PosixTz, parsePosixTz, utcOffset } from "./posix-tz.ts";

const DAY_SECONDS = 86_400;
const MINUTE_SECONDS = 60;
/** Schedules repeat by the week, so most answers change within one. */
const STRETCH_SECONDS = 7 * DAY_SECONDS;

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

/**
 * When the answer of `now` will change, if nobody changes a right, a setting or the roster: exact to the second, up to and
 * including `until`.
 */
export function changesAfter(foresight: Foresight, now: number, until: number): Changes {
  const answer = answerAt(foresight, now);
  let next: Change | undefined;
  for (const at of momentsAfter(foresight, now, until)) {
    const later = { at, ...answerAt(foresight, at) };
    if (later.reason !== answer.reason) next ??= later;
    if ((later.reason === Reason.done) !== (answer.reason === Reason.done))
      return { ...(next && { next }), turn: later };
  }
  return next ? { next } : {};
}

/** Every moment at which the decision may change, in order, and some at which it does not. */
function* momentsAfter(foresight: Foresight, now: number, until: number): Generator<number> {
  // By a clock that is not believed nothing begins or ends.
  if (foresight.timeUncertain) return;
  for (let from = now; from < until; from += STRETCH_SECONDS) {
    const to = Math.min(from + STRETCH_SECONDS, until);
    const moments = [...limits(foresight), ...windowEdges(foresight, from, to)];
    yield* new Set(moments.filter((moment) => moment > from && moment <= to).sort((a, b) => a - b));
  }
}

function limits({ grant, staleAfter }: Foresight): number[] {
  return [grant.notBefore, grant.expires, staleAfter].filter((moment) => moment !== undefined);
}

/** Beginnings and ends of windows around a stretch of time, and the changes of clocks, which may jump over either. */
function windowEdges({ grant, settings }: Foresight, from: number, to: number): number[] {
  const { windows, notBefore = from, expires = to } = grant;
  const tz = settings.tz === undefined ? undefined : parsePosixTz(settings.tz);
  if (!windows || !tz || to < notBefore || from >= expires) return [];
  const edges: number[] = [];
  // By offsets and times of its rules a change may fall into the year before or after its own.
  for (let year = yearOf(from) - 1; year <= yearOf(to) + 1; year++) edges.push(...clockChanges(tz, year));
  // A window that began the day before yesterday may end in the first second of today.
  for (let day = localDay(tz, from) - 2; day <= localDay(tz, to) + 1; day++) {
    for (const window of windows) edges.push(...edgesOn(day, window, tz));
  }
  return edges;
}

/** Where clocks change, local time is ahead of UTC by either offset: the wrong one is a moment too many, and harmless. */
function edgesOn(day: number, { from, to }: Window, tz: PosixTz): number[] {
  const begin = day * DAY_SECONDS + from * MINUTE_SECONDS;
  const end = (to > from ? day : day + 1) * DAY_SECONDS + to * MINUTE_SECONDS;
  const offsets = [tz.standardOffset, ...(tz.daylight ? [tz.daylight.offset] : [])];
  return offsets.flatMap((offset) => [begin - offset, end - offset]);
}

function yearOf(time: number): number {
  return new Date(time * 1000).getUTCFullYear();
}

function localDay(tz: PosixTz, time: number): number {
  return Math.floor((time + utcOffset(tz, time)) / DAY_SECONDS);
}
