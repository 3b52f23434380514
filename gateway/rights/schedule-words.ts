import type { Window } from "../../protocol/documents/grant.ts";

/** In the order of a window's bits (protocol.md §7). A window of a weekday does not hold on a holiday. */
export const DAY_NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"] as const;
export type DayName = (typeof DAY_NAMES)[number];

/** Days and hours in the site's local time, like 08:00; an end at or before the beginning is on the next day. */
export interface ScheduleEntry {
  days: DayName[];
  from: string;
  /** Exclusive; up to 24:00. */
  to: string;
}

export function windowOf({ days, from, to }: ScheduleEntry): Window {
  return {
    days: days.reduce((bits, day) => bits | (1 << DAY_NAMES.indexOf(day)), 0),
    from: minutesOf(from),
    to: minutesOf(to),
  };
}

export function scheduleEntryOf({ days, from, to }: Window): ScheduleEntry {
  return { days: DAY_NAMES.filter((_, bit) => (days & (1 << bit)) !== 0), from: timeOf(from), to: timeOf(to) };
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

function timeOf(minutes: number): string {
  const twoDigits = (number: number) => String(number).padStart(2, "0");
  return `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}
