import type { Clock } from "../../../protocol/clock.ts";
import { NO_SLOT, RecordType } from "../../../protocol/log/record.ts";
import { isRare } from "../carriers/rare-frames.ts";
import type { Chance } from "../chance.ts";
import type { Happening } from "../happening.ts";

const FRAMES_MAX = 12;
const AFTER_FRAME_MS_MAX = 200;
const MICROTASKS_MAX = 40;
/** Which of the rare frames it is shall be chance too. */
const RARE_SHARE = 0.3;

/**
 * A fault that waits at a lock which it is near to: for a number of frames, for a frame of pairing, opening or PASS, for an act, or
 * for one that a gateway has ordered.
 */
interface Waiting {
  readonly lock: (index: number) => boolean;
  left: number | "rare" | "act" | "order";
  readonly strike: () => void;
}

/**
 * When a fault strikes. Most of a simulated day nothing happens, so a fault that is due waits, most of the time, for one of the next
 * frames of the place it is to hit, or for the next act there, and then for some milliseconds or for some steps of whatever runs
 * right now.
 */
export class Strikes {
  readonly #clock: Clock;
  readonly #chance: Chance;
  #waiting: Waiting[] = [];

  constructor(clock: Clock, chance: Chance) {
    this.#clock = clock;
    this.#chance = chance;
  }

  /** `isNear` says which locks' frames it waits for. */
  soon(isNear: (lock: number) => boolean, strike: () => void): void {
    if (this.#chance.happens(0.2)) {
      strike();
      return;
    }
    const forWhat = this.#chance.pick(["frames", "frames", "rare", "rare", "act", "order"] as const);
    this.#waiting.push({
      lock: isNear,
      left: forWhat === "frames" ? this.#chance.between(1, FRAMES_MAX) : forWhat,
      strike,
    });
  }

  see(happening: Happening): void {
    if (happening.kind === "frame")
      this.#strikeThose((one) => one.lock(happening.lock) && this.#isDue(one, happening.bytes));
    if (happening.kind !== "record" || happening.record.type !== RecordType.intent) return;
    const isOrdered = happening.record.slot !== NO_SLOT;
    this.#strikeThose((one) => one.lock(happening.lock) && (one.left === "act" || (isOrdered && one.left === "order")));
  }

  #strikeThose(isDue: (waiting: Waiting) => boolean): void {
    const due = new Set(this.#waiting.filter(isDue));
    if (due.size === 0) return;
    this.#waiting = this.#waiting.filter((one) => !due.has(one));
    for (const { strike } of due) this.#after(strike);
  }

  #isDue(waiting: Waiting, frame: Uint8Array): boolean {
    if (waiting.left === "rare") return isRare(frame) && this.#chance.happens(RARE_SHARE);
    if (typeof waiting.left !== "number") return false;
    waiting.left--;
    return waiting.left <= 0;
  }

  forgetAll(): void {
    this.#waiting = [];
  }

  #after(strike: () => void): void {
    if (this.#chance.happens(0.5)) this.#clock.schedule(this.#chance.below(AFTER_FRAME_MS_MAX), strike);
    else this.#afterMicrotasks(this.#chance.below(MICROTASKS_MAX), strike);
  }

  #afterMicrotasks(left: number, strike: () => void): void {
    queueMicrotask(() => {
      if (left === 0) strike();
      else this.#afterMicrotasks(left - 1, strike);
    });
  }
}
