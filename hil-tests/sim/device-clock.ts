import type { Clock, Timer } from "../../protocol/clock.ts";

/** How one device sees the time: its quartz is off by so many millionths, and its calendar is right until somebody sets it. */
export class DeviceClock implements Clock {
  readonly #world: Clock;
  readonly #rate: number;
  /** Undefined while something like NTP keeps the calendar right. */
  #wallOffsetMs: number | undefined;

  constructor(world: Clock, ppm: number) {
    this.#world = world;
    this.#rate = 1 + ppm / 1_000_000;
  }

  wallMs(): number {
    return this.#wallOffsetMs === undefined ? this.#world.wallMs() : Math.floor(this.#wallOffsetMs + this.#ownMs());
  }

  monotonicMs(): number {
    return this.#ownMs();
  }

  /** Sets the calendar, which from then on runs as the quartz does. */
  setWall(wallMs: number): void {
    this.#wallOffsetMs = wallMs - this.#ownMs();
  }

  /** From now on the calendar is right again. */
  keepRight(): void {
    this.#wallOffsetMs = undefined;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    // Whole milliseconds of the world, and never too early by the device's own clock.
    return this.#world.schedule(Math.ceil(Math.max(0, delayMs) / this.#rate), callback);
  }

  #ownMs(): number {
    return this.#world.monotonicMs() * this.#rate;
  }
}
