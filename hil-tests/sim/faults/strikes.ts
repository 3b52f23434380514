import type { Clock } from "../../../protocol/clock.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import type { Chance } from "../chance.ts";
import type { Happening } from "../happening.ts";

const FRAMES_MAX = 12;
const AFTER_FRAME_MS_MAX = 200;
const MICROTASKS_MAX = 40;

/**
 * When a fault strikes. Most of a simulated day nothing happens, so a fault that is due waits, most of the time, for one of the next
 * frames of the place it is to hit, or for the next act there, and then for some milliseconds or for some steps of whatever runs
 * right now.
 */
export class Strikes {
  readonly #clock: Clock;
  readonly #chance: Chance;
  #waiting: { lock: (index: number) => boolean; frames: number; strike: () => void }[] = [];

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
    this.#waiting.push({ lock: isNear, frames: this.#chance.between(1, FRAMES_MAX), strike });
  }

  see(happening: Happening): void {
    if (this.#waiting.length === 0) return;
    if (happening.kind === "frame") this.#count(happening.lock, 1);
    if (happening.kind === "record" && happening.record.type === RecordType.intent)
      this.#count(happening.lock, FRAMES_MAX);
  }

  #count(lock: number, frames: number): void {
    const waiting = this.#waiting;
    for (const one of waiting) if (one.lock(lock)) one.frames -= frames;
    this.#waiting = waiting.filter((one) => one.frames > 0);
    for (const { frames: left, strike } of waiting) if (left <= 0) this.#after(strike);
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
