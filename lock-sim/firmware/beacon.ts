import { BeaconFlag } from "../../protocol/wire/beacon.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import type { Parts } from "./parts.ts";
import { stateFlags } from "./state-flags.ts";
import type { LogStore } from "./storage/log-store.ts";

/** What somebody should see to; *time uncertain* among them, since a gateway can mend that. */
const WANTS_ATTENTION = Flag.batteryLow | Flag.tamper | Flag.jammed | Flag.timeUncertain;

/** Knows whether there are events that nobody has fetched. In RAM: after a boot the boot record is one anyway. */
export class Beacon {
  readonly #store: LogStore;
  readonly #generation: number;
  #shownThrough = 0;

  constructor(store: LogStore, generation: number) {
    this.#store = store;
    this.#generation = generation;
  }

  /** A gateway or a courier has read the log up to here. */
  shown(generation: number, seq: number): void {
    if (generation === this.#generation) this.#shownThrough = Math.max(this.#shownThrough, seq);
  }

  get eventsWait(): boolean {
    const fetchedThrough = Math.max(this.#shownThrough, this.#store.acknowledged(this.#generation));
    return this.#store.position.seq > fetchedThrough;
  }
}

/** The flags of the advertisement (protocol.md §10). */
export function beaconFlags(parts: Parts): number {
  const state = stateFlags(parts);
  return (
    (state & Flag.pairingMode ? BeaconFlag.pairingMode : 0) |
    (parts.beacon.eventsWait ? BeaconFlag.eventsWaiting : 0) |
    (state & WANTS_ATTENTION ? BeaconFlag.attention : 0)
  );
}
