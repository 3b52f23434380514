import type { Secret } from "../../../crypto/secret.ts";
import { Reader, toHex } from "../../../protocol/wire/bytes.ts";
import type { Door } from "../site/door.ts";
import type { Broke } from "./door-watch.ts";

const S1_HEADER = 0x19;
const S2_HEADER = 0x1a;
const KEY_SECONDS_MAX = 86_400;
const KEY_USES_MAX = 1_024;

/** Sees to it that locks resume under young keys, and under counters that rise (protocol.md §4). */
export class ResumeWatch {
  readonly #uses = new Map<Secret, number>();
  readonly #newest = new Map<string, { n: number; s1: string }>();
  readonly #broke: Broke;

  constructor(broke: Broke) {
    this.#broke = broke;
  }

  /** What the lock has answered to what. `now`: seconds since 1970. */
  heard(door: Door, request: Uint8Array, reply: Uint8Array, now: number): void {
    if (request[0] !== S1_HEADER || reply[0] !== S2_HEADER) return;
    const reader = new Reader(request.subarray(1));
    const [slot, n] = [reader.uint8(), reader.uint32()];
    this.#expectYoungKey(door, slot, now);
    this.#expectNewCounter(`${door.id}-${slot}`, n, toHex(request));
  }

  #expectYoungKey(door: Door, slot: number, now: number): void {
    const key = door.inside.slots.at(slot)?.resumeKey;
    if (!key) return;
    const isOld = now - key.sinceSeconds > KEY_SECONDS_MAX + 1;
    if (isOld && !door.inside.clock.isUncertain()) this.#broke("keys", "a lock has resumed under a key of days ago");
    const uses = (this.#uses.get(key.rms) ?? 0) + 1;
    this.#uses.set(key.rms, uses);
    if (uses > KEY_USES_MAX) this.#broke("keys", `a lock has resumed under a key for the ${uses}th time`);
  }

  /** Only the very same S1 may come again. */
  #expectNewCounter(slot: string, n: number, s1: string): void {
    const newest = this.#newest.get(slot);
    if (newest && n <= newest.n && s1 !== newest.s1) {
      this.#broke("keys", `a lock has taken counter ${n} after ${newest.n}`);
    }
    this.#newest.set(slot, { n, s1 });
  }
}
