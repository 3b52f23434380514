import type { Clock } from "../../protocol/clock.ts";

/** So many at once, and then so many a second. */
export interface BucketSize {
  readonly burst: number;
  readonly perSecond: number;
}

/** Beyond so many, those that ask seldom are forgotten: a full bucket is as good as none. */
const BUCKETS_MAX = 10_000;

interface Level {
  left: number;
  atMs: number;
}

/** One bucket of turns for each key, refilled by the monotonic clock. */
export class TokenBuckets {
  readonly #clock: Clock;
  readonly #size: BucketSize;
  readonly #levels = new Map<string, Level>();

  constructor(clock: Clock, size: BucketSize) {
    this.#clock = clock;
    this.#size = size;
  }

  /** How long until there is a turn, in whole seconds; 0 if there is one now. */
  waitSeconds(key: string): number {
    const left = this.#left(key);
    return left >= 1 ? 0 : Math.ceil((1 - left) / this.#size.perSecond);
  }

  /** Takes a turn if there is one. Returns how long until there is one if not, otherwise 0. */
  take(key: string): number {
    const waitSeconds = this.waitSeconds(key);
    if (waitSeconds === 0) this.#set(key, this.#left(key) - 1);
    return waitSeconds;
  }

  #left(key: string): number {
    const { burst, perSecond } = this.#size;
    const level = this.#levels.get(key);
    if (!level) return burst;
    return Math.min(burst, level.left + (perSecond * (this.#clock.monotonicMs() - level.atMs)) / 1000);
  }

  /** The map is in the order of last use, so the first was not asked for longest. */
  #set(key: string, left: number): void {
    this.#levels.delete(key);
    this.#levels.set(key, { left, atMs: this.#clock.monotonicMs() });
    const [oldest] = this.#levels.keys();
    if (this.#levels.size > BUCKETS_MAX && oldest !== undefined) this.#levels.delete(oldest);
  }
}
