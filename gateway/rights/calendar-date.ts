const DAY_MS = 86_400_000;

/** Days since 1970 of a date like "2027-12-25", or undefined if there is no such day. */
export function dayOf(date: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return undefined;
  const ms = Date.parse(date);
  // Some engines take 30 February for a day in March.
  return ms >= 0 && dateText(ms / DAY_MS) === date ? ms / DAY_MS : undefined;
}

/** "2027-12-25", of days since 1970. */
export function dateText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
