import type { Clock } from "../../protocol/clock.ts";

/** A backend that asks for more gets this: events should not wait for a slip of somebody's pen. */
export const RETRY_AFTER_MS_MAX = 60 * 60_000;

/** How long Retry-After asks us to wait, in seconds or until a date (RFC 9110 §10.2.3); undefined if it says nothing readable. */
export function retryAfterMs(clock: Clock, header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const askedMs = /^\d{1,10}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - clock.wallMs();
  return Number.isNaN(askedMs) ? undefined : Math.min(Math.max(0, askedMs), RETRY_AFTER_MS_MAX);
}
