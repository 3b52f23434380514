import { InvalidArgumentError } from "commander";
import { DAY_NAMES, type DayName, type ScheduleEntry } from "../rights/schedule-words.ts";

const WEEK_DAYS = 7;
const NAMES: readonly string[] = DAY_NAMES;

/** What the options say of when: hours without days hold every day, days without hours all day long. */
export function scheduleOf(days: DayName[] | undefined, hours: Hours[] | undefined): ScheduleEntry[] | undefined {
  if (!days && !hours) return undefined;
  return (hours ?? [{ from: "00:00", to: "24:00" }]).map((one) => ({ days: days ?? [...DAY_NAMES], ...one }));
}

/** "mon-fri,holiday"; a range may run over Sunday. Throws InvalidArgumentError. */
export function parseDays(text: string): DayName[] {
  const days = text
    .toLowerCase()
    .split(",")
    .flatMap((part) => {
      const [first, last = first] = part.split("-").map((name) => NAMES.indexOf(name.trim()));
      return daysFrom(first ?? -1, last ?? -1);
    });
  return DAY_NAMES.filter((day) => days.includes(day));
}

function daysFrom(first: number, last: number): DayName[] {
  const isRange = first !== last;
  if (first < 0 || last < 0 || (isRange && Math.max(first, last) >= WEEK_DAYS)) {
    throw new InvalidArgumentError(`Say it like mon-fri, or sat,sun,holiday; days are ${DAY_NAMES.join(", ")}.`);
  }
  if (!isRange) return DAY_NAMES.slice(first, first + 1);
  const length = ((last - first + WEEK_DAYS) % WEEK_DAYS) + 1;
  return Array.from({ length }, (_, i) => DAY_NAMES[(first + i) % WEEK_DAYS]).filter((day) => day !== undefined);
}

export interface Hours {
  from: string;
  to: string;
}

/** "08:00-17:00"; for an option that may be given several times. Throws InvalidArgumentError. */
export function parseHours(text: string, before: Hours[] = []): Hours[] {
  const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text) ?? [];
  if (from === undefined || to === undefined) throw new InvalidArgumentError("Say it like 08:00-17:00.");
  return [...before, { from, to }];
}
