import type { Clock, Timer } from "../clock.ts";

/** A clock that stands still until told to move; timers run in order of time, then of setting. */
export class VirtualClock implements Clock {
  #monotonicMs = 0;
  #wallOffsetMs: number;
  #next = 0;
  readonly #timers = new Map<number, { atMs: number; callback: () => void }>();

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
    const id = this.#next++;
    this.#timers.set(id, { atMs: this.#monotonicMs + Math.max(0, delayMs), callback });
    return { cancel: () => this.#timers.delete(id) };
  }

  /** Steps the wall clock alone, as a set or lost clock does. */
  stepWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Monotonic time of the earliest timer, or undefined if none is set. */
  nextTimerMs(): number | undefined {
    return this.#earliest()?.[1].atMs;
  }

  /** Moves time on by `byMs`, running every timer that falls due, those set on the way included. */
  advance(byMs: number): void {
    const untilMs = this.#monotonicMs + byMs;
    for (let due = this.#earliest(); due && due[1].atMs <= untilMs; due = this.#earliest()) {
      const [id, { atMs, callback }] = due;
      this.#timers.delete(id);
      this.#monotonicMs = Math.max(this.#monotonicMs, atMs);
      callback();
    }
    this.#monotonicMs = untilMs;
  }

  /** Like `advance`, but lets promises settle before, between and after the timers. */
  async advanceAsync(byMs: number): Promise<void> {
    const untilMs = this.#monotonicMs + byMs;
    await settle();
    for (let due = this.#earliest(); due && due[1].atMs <= untilMs; due = this.#earliest()) {
      const [id, { atMs, callback }] = due;
      this.#timers.delete(id);
      this.#monotonicMs = Math.max(this.#monotonicMs, atMs);
      callback();
      await settle();
    }
    this.#monotonicMs = untilMs;
  }

  #earliest(): [number, { atMs: number; callback: () => void }] | undefined {
    let best: [number, { atMs: number; callback: () => void }] | undefined;
    for (const entry of this.#timers) if (!best || entry[1].atMs < best[1].atMs) best = entry;
    return best;
  }
}

/** One turn of the event loop: every promise chain that waits for nothing outside has settled by then. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
