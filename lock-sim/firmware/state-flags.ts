import { Flag } from "../../protocol/wire/responses.ts";
import type { Parts } from "./parts.ts";

/** The flags of caps, STATUS and ACT (protocol.md §3). */
export function stateFlags(parts: Parts): number {
  const nowMs = parts.hal.uptime.milliseconds();
  return (
    (parts.bolt.isThrown() ? Flag.thrown : 0) |
    (parts.hal.door.isOpen() ? Flag.doorOpen : 0) |
    (parts.battery.isLow ? Flag.batteryLow : 0) |
    (parts.tamper.isOpen ? Flag.tamper : 0) |
    (parts.pairing.isOn(nowMs) ? Flag.pairingMode : 0) |
    (parts.clock.isUncertain() ? Flag.timeUncertain : 0) |
    (parts.bolt.isJammed ? Flag.jammed : 0)
  );
}
