/** Rows under their headings, each column as wide as its widest cell, the last one open. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** "1 lock", "3 locks". */
export function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** "just now", "40 s ago", "3 h ago", "in 2 days"; of an RFC 3339 time. */
export function relativeTime(time: string, nowMs: number): string {
  const differenceMs = Date.parse(time) - nowMs;
  const amount = lengthOfTime(Math.abs(differenceMs));
  if (amount === undefined) return "just now";
  return differenceMs < 0 ? `${amount} ago` : `in ${amount}`;
}

function lengthOfTime(ms: number): string | undefined {
  if (ms < 2 * SECOND_MS) return undefined;
  if (ms < 2 * MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < 2 * HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`;
  // What was given 90 days a second ago does not end in 89.
  return `${Math.round(ms / DAY_MS)} days`;
}

/** "2027-01-07 12:00:00", UTC, of an RFC 3339 time. */
export function plainTime(time: string): string {
  return time.slice(0, 19).replace("T", " ");
}
