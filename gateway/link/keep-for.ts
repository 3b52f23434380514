import type { Via } from "../transport/via.ts";

/**
 * How long a link is kept open that nobody uses, by carrier. A wire costs nothing, so a lock that is polled keeps its session,
 * which spares its flash a counter for each poll; the rest is resumed in one round trip when it is needed. Over BLE each second costs
 * the lock's battery, and places are few; within these two a person tries again, or a sync follows an order.
 */
const KEPT_FOR_MS: Record<Via["kind"], number> = {
  tcp: 5 * 60_000,
  serial: 5 * 60_000,
  ble: 2_000,
};

export function keepForMs(via: Via): number {
  return KEPT_FOR_MS[via.kind];
}
