import type { OrderClaims } from "../documents/order.ts";
import { equalBytes } from "../wire/bytes.ts";
import { Reason } from "../wire/reason.ts";
import { isChallengeFresh } from "./challenge-age.ts";

/** How far ahead an order's notAfter may lie. */
const AHEAD_SECONDS_MAX = 120;

/** An order whose signature is good, and what the lock holds against it. */
export interface OrderQuestion {
  readonly order: OrderClaims;
  readonly lockId: Uint8Array;
  /** The current one of the slot or session, and its age in seconds of uptime. */
  readonly challenge: Uint8Array;
  readonly challengeAgeSeconds: number;
  /** Seconds since 1970 UTC. */
  readonly now: number;
  readonly timeUncertain: boolean;
  /** Whether its grant has right 32; false for actions 5 and 6, which have no grant. */
  readonly essential: boolean;
}

/** The order's own reason: the first of 6, 7, 18, 10, 11, or 0 (protocol.md §7, §8). */
export function checkOrder(question: OrderQuestion): Reason {
  const { order, lockId, challenge, challengeAgeSeconds, now, timeUncertain, essential } = question;
  if (!equalBytes(order.lockId, lockId)) return Reason.wrongLock;
  if (!equalBytes(order.challenge, challenge)) return Reason.staleChallenge;
  if (timeUncertain && !essential) return Reason.timeUncertain;
  if (timeUncertain) return isChallengeFresh(challengeAgeSeconds) ? Reason.done : Reason.staleChallenge;
  if (order.notAfter > now + AHEAD_SECONDS_MAX) return Reason.notYetValid;
  if (order.notAfter < now) return Reason.expired;
  return Reason.done;
}
