import type { GrantJson } from "../api/grant-view.ts";
import { DAY_NAMES } from "../rights/schedule-words.ts";
import { plainTime } from "./text.ts";

type ScheduleJson = NonNullable<GrantJson["schedule"]>[number];

const DAYS_SHORT = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "holidays"];
const KIND_NAMES = { key: "key", tag: "tag", pin: "PIN" };

/** "Mon–Fri 08:00–17:00, until 2027-06-30 22:00 UTC, unlock, tag + PIN". */
export function grantWords(grant: GrantJson): string {
  return [
    grant.schedule?.map(scheduleWords).join("; ") ?? "always",
    ...(grant.from ? [`from ${minute(grant.from)}`] : []),
    ...(grant.until ? [`until ${minute(grant.until)}`] : []),
    ...grant.rights,
    credentialWords(grant),
    ...(grant.carried ? ["carried"] : []),
    ...(grant.uses !== undefined ? [`${grant.uses} ${grant.uses === 1 ? "time" : "times"} at each lock`] : []),
  ].join(", ");
}

/** Where the grant holds: groups by their names. */
export function placeWords({ locks, groups }: GrantJson): string {
  return [...groups.map(({ groupId, name }) => name ?? groupId), ...locks].join(", ");
}

/** "tag + PIN" if all kinds are needed, "key or tag" if one is, "2 of key, tag, PIN" otherwise. */
function credentialWords({ with: credentials, require }: GrantJson): string {
  const names = [...new Set(credentials.map(({ kind }) => KIND_NAMES[kind]))];
  if (require === 1) return names.join(" or ");
  return require === names.length ? names.join(" + ") : `${require} of ${names.join(", ")}`;
}

function scheduleWords({ days, from, to }: ScheduleJson): string {
  const isAllDay = from === "00:00" && to === "24:00";
  return isAllDay ? dayWords(days) : `${dayWords(days)} ${from}–${to}`;
}

/** Three days or more in a row as "Mon–Fri". */
function dayWords(days: ScheduleJson["days"]): string {
  if (days.length === DAY_NAMES.length) return "every day";
  const runs: number[][] = [];
  for (const day of days.map((name) => DAY_NAMES.indexOf(name))) {
    const run = runs.at(-1);
    if (run && DAY_NAMES[day] !== "holiday" && run.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  return runs
    .flatMap((run) => (run.length < 3 ? run.map(shortName) : [`${shortName(run[0])}–${shortName(run.at(-1))}`]))
    .join(", ");
}

function shortName(day: number | undefined): string {
  return DAYS_SHORT[day ?? -1] ?? "";
}

function minute(time: string): string {
  return `${plainTime(time).slice(0, 16)} UTC`;
}
