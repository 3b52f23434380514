import type { Clock, Timer } from "../clock.ts";

interface VirtualTimer {
  readonly atMs: number;
  readonly callback: () => void;
  isCancelled: boolean;
}

/** A clock that stands still until told to move; timers run in order of time, then of setting. */
export class VirtualClock implements Clock {
  #monotonicMs = 0;
  #wallOffsetMs: number;
  /** The earliest last: of those that are due together the one set first. */
  readonly #timers: VirtualTimer[] = [];

  constructor(wallStartMs = Date.UTC(2027, 0, 7)) {
    this.#wallOffsetMs = wallStartMs;
  }

  wallMs(): number {
    // Whole milliseconds, as the machine's.
    return this.#wallOffsetMs + Math.floor(this.#monotonicMs);
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const timer = { atMs: this.#monotonicMs + Math.max(0, delayMs), callback, isCancelled: false };
    this.#timers.splice(this.#placeOf(timer.atMs), 0, timer);
    return {
      cancel: () => {
        timer.isCancelled = true;
      },
    };
  }

  /** Steps the wall clock alone, as a set or lost clock does. */
  stepWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Monotonic time of the earliest timer, or undefined if none is set. */
  nextTimerMs(): number | undefined {
    return this.#earliest()?.atMs;
  }

  /** Moves time on by `byMs`, running every timer that falls due, those set on the way included. */
  advance(byMs: number): void {
    const untilMs = this.#monotonicMs + byMs;
    for (let due = this.#earliest(); due && due.atMs <= untilMs; due = this.#earliest()) this.#run(due);
    this.#monotonicMs = untilMs;
  }

  /** Like `advance`, but lets promises settle before, between and after the timers. */
  async advanceAsync(byMs: number): Promise<void> {
    const untilMs = this.#monotonicMs + byMs;
    await settle();
    for (let due = this.#earliest(); due && due.atMs <= untilMs; due = this.#earliest()) {
      this.#run(due);
      await settle();
    }
    this.#monotonicMs = untilMs;
  }

  #earliest(): VirtualTimer | undefined {
    while (this.#timers.at(-1)?.isCancelled) this.#timers.pop();
    return this.#timers.at(-1);
  }

  #run({ atMs, callback }: VirtualTimer): void {
    this.#timers.pop();
    this.#monotonicMs = Math.max(this.#monotonicMs, atMs);
    callback();
  }

  /** In front of all that are due before or together. */
  #placeOf(atMs: number): number {
    let [low, high] = [0, this.#timers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#timers[middle]!.atMs > atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** One turn of the event loop: every promise chain that waits for nothing outside has settled by then. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
