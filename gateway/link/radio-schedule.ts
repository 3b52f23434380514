import type { Clock } from "../../protocol/clock.ts";
import { BeaconFlag } from "../../protocol/wire/beacon.ts";
import type { Radio } from "../transport/channel.ts";
import type { Via } from "../transport/via.ts";

/** A lock on BLE that is in step and has nothing to tell is asked for its health, and its clock, this rarely. */
const HEALTH_EVERY_MS = 24 * 3_600_000;
/** A lock that goes on asking although it has been visited is visited again after so long, then after twice as long. */
const AGAIN_FIRST_MS = 2_000;
const AGAIN_MAX_MS = 15 * 60_000;
/** One that has not been heard for so long is back. */
const BACK_AFTER_MS = 30_000;

/** How long a lock in step is left alone: asking over a wire costs nothing, over the air it costs the lock's battery. */
export function restMs(via: Via, pollMs: number): number {
  return via.kind === "ble" ? HEALTH_EVERY_MS : pollMs;
}

/**
 * Anybody can advertise as the lock, and make believe that something has happened each second: so many visits at once, and one more
 * with every minute, are what that can cost the lock's battery.
 */
const VISITS_AT_ONCE_MAX = 30;
const ONE_MORE_EVERY_MS = 60_000;

interface Heard {
  atMs: number;
  flags: number;
  /** When what it advertises now is reason enough to visit it again. */
  againAtMs: number;
  againAfterMs: number;
  /** Visits that it may still have now, and since when that is counted. */
  visitsLeft: number;
  countedAtMs: number;
}

/**
 * Advertisements drive the work on BLE (protocol.md §10): a lock is visited when it says that events wait or that it wants attention,
 * or is back after a silence, and not otherwise; what it shall have comes to it when that changes.
 */
export class RadioSchedule {
  readonly #clock: Clock;
  readonly #isPaired: (lockId: string) => boolean;
  readonly #visit: (lockId: string) => void;
  readonly #locks = new Map<string, Heard>();

  /** `visit` makes the gateway look after the lock now. Locks that are not paired are let be: anybody can make up any number. */
  constructor(clock: Clock, radio: Radio, isPaired: (lockId: string) => boolean, visit: (lockId: string) => void) {
    this.#clock = clock;
    this.#isPaired = isPaired;
    this.#visit = visit;
    radio.onBeacon((lockId, flags) => this.#hear(lockId, flags));
  }

  #hear(lockId: string, flags: number): void {
    if (!this.#isPaired(lockId)) return;
    const nowMs = this.#clock.monotonicMs();
    const wants = flags & (BeaconFlag.eventsWaiting | BeaconFlag.attention);
    const known = this.#locks.get(lockId);
    const isBack = !known || nowMs - known.atMs >= BACK_AFTER_MS;
    const isNews = isBack || (wants & ~known.flags) !== 0;
    const heard = known ?? unheard(nowMs);
    this.#locks.set(lockId, heard);
    heard.atMs = nowMs;
    // *Attention* alone is no reason to come again: what it is about may last for weeks.
    const stillWaits = (wants & BeaconFlag.eventsWaiting) !== 0;
    if (!stillWaits) heard.againAfterMs = AGAIN_FIRST_MS;
    const isDue = isNews || (stillWaits && nowMs >= heard.againAtMs);
    if (isDue && !takeVisit(heard, nowMs)) return;
    heard.flags = wants;
    if (!isDue) return;
    heard.againAtMs = nowMs + heard.againAfterMs;
    heard.againAfterMs = Math.min(2 * heard.againAfterMs, AGAIN_MAX_MS);
    this.#visit(lockId);
  }
}

function unheard(nowMs: number): Heard {
  const visits = { visitsLeft: VISITS_AT_ONCE_MAX, countedAtMs: nowMs };
  return { atMs: nowMs, flags: 0, againAtMs: nowMs, againAfterMs: AGAIN_FIRST_MS, ...visits };
}

/** False if it has had too many. */
function takeVisit(heard: Heard, nowMs: number): boolean {
  const more = (nowMs - heard.countedAtMs) / ONE_MORE_EVERY_MS;
  heard.visitsLeft = Math.min(VISITS_AT_ONCE_MAX, heard.visitsLeft + more);
  heard.countedAtMs = nowMs;
  if (heard.visitsLeft < 1) return false;
  heard.visitsLeft--;
  return true;
}
