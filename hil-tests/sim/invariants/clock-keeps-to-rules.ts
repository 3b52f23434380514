import { auxPair } from "../../../protocol/log/aux.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import type { Happening } from "../happening.ts";
import type { Invariant } from "./invariant.ts";

/** A lock's clock in seconds: as it says, and as it runs without any hint. Undefined while it is uncertain or the lock is off. */
export type ReadClock = (lock: number) => { now: number; own: number } | undefined;

interface LockTime {
  tokens: { time: number; isSpent: boolean }[];
  /** By its own clock: when it was last set, and the latest that it has said since. */
  setAt: number | undefined;
  newest: number;
}

/** protocol.md §7: a hint moves a clock by no more than 2 s and 200 ppm of the time since it was set. One second for rounding. */
const HINT_SECONDS = 3;
const HINT_PPM = 200;

/** Nobody moves a lock's clock beyond the bounds of a hint without the issuer's word, and that counts once (protocol.md §7). */
export class ClockKeepsToRules implements Invariant {
  readonly name = "a lock's clock moves on the issuer's word, once, and on hints only within their bounds";
  readonly #readClock: ReadClock;
  readonly #locks = new Map<number, LockTime>();

  constructor(readClock: ReadClock) {
    this.#readClock = readClock;
  }

  see(happening: Happening): string | undefined {
    switch (happening.kind) {
      case "time-signed":
        this.#of(happening.lock).tokens.push({ time: happening.claims.time, isSpent: false });
        return undefined;
      case "record":
        if (happening.record.type !== RecordType.timeSet) return undefined;
        return this.#set(happening.lock, auxPair(happening.record.aux)[1]);
      case "frame":
        return happening.by === "lock" ? this.#look(happening.lock) : undefined;
      default:
        return undefined;
    }
  }

  /** P3 sets a clock too, to a time of its own. */
  #set(lock: number, seconds: number): string | undefined {
    const known = this.#of(lock);
    known.setAt = seconds;
    known.newest = seconds;
    const tokens = known.tokens.filter(({ time }) => time === seconds);
    const fresh = tokens.find(({ isSpent }) => !isSpent);
    if (fresh) fresh.isSpent = true;
    return tokens.length > 0 && !fresh ? `lock ${lock} takes the token of ${seconds} for the second time` : undefined;
  }

  #look(lock: number): string | undefined {
    const known = this.#of(lock);
    const clock = this.#readClock(lock);
    if (!clock || known.setAt === undefined) return undefined;
    known.newest = Math.max(known.newest, clock.own);
    const boundSeconds = HINT_SECONDS + ((known.newest - known.setAt) * HINT_PPM) / 1_000_000;
    const offBySeconds = Math.abs(clock.now - clock.own);
    if (offBySeconds <= boundSeconds) return undefined;
    return `hints have moved the clock of lock ${lock} by ${offBySeconds} s, where ${boundSeconds.toFixed(1)} are allowed`;
  }

  #of(lock: number): LockTime {
    let known = this.#locks.get(lock);
    if (!known) {
      known = { tokens: [], setAt: undefined, newest: 0 };
      this.#locks.set(lock, known);
    }
    return known;
  }
}
