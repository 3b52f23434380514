import type { Connection } from "./connections.ts";
import type { Parts } from "./parts.ts";

/** A BLE connection is ended when neither a slot's message nor an order has verified for so long (protocol.md §5). */
const UNPROVEN_MS_MAX = 5_000;

/** Hangs up on strangers who keep the lock's one BLE connection. */
export function endUnproven({ connections, hal, openLimits }: Parts): void {
  const nowMs = hal.uptime.milliseconds();
  for (const connection of [...connections.all()]) {
    if (endsAtMs(connection) > nowMs) continue;
    connections.close(connection.id);
    openLimits.disconnected(connection.id);
    hal.link.close(connection.id);
  }
}

/** Uptime in milliseconds at which the next connection ends so; infinite without one. */
export function unprovenUntil({ connections }: Parts): number {
  return Math.min(...Array.from(connections.all(), endsAtMs));
}

/** Whoever waits for the bolt has proved itself: the reply comes first. */
function endsAtMs({ carrier, provenAtMs, session, waiting }: Connection): number {
  if (carrier === "wire" || waiting) return Number.POSITIVE_INFINITY;
  const acceptedAtMs = session.kind === "pass" ? (session.acceptedAtMs ?? 0) : 0;
  return Math.max(provenAtMs, acceptedAtMs) + UNPROVEN_MS_MAX;
}
