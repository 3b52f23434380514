import { BeaconFlag } from "../../protocol/wire/beacon.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import type { Parts } from "./parts.ts";
import { stateFlags } from "./state-flags.ts";

/** What somebody should see to; *time uncertain* among them, since a gateway can mend that. */
const WANTS_ATTENTION = Flag.batteryLow | Flag.tamper | Flag.jammed | Flag.timeUncertain;

/** The flags of the advertisement (protocol.md §10). */
export function beaconFlags(parts: Parts): number {
  const state = stateFlags(parts);
  return (
    (state & Flag.pairingMode ? BeaconFlag.pairingMode : 0) |
    (parts.beacon.eventsWait ? BeaconFlag.eventsWaiting : 0) |
    (state & WANTS_ATTENTION ? BeaconFlag.attention : 0)
  );
}
