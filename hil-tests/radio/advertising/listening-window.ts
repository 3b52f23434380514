import type { Clock } from "../../../protocol/clock.ts";
import { ADVERTISING_CHANNELS_MHZ } from "../air/channel.ts";

/** When a receiver listens, and where: for `windowMs` of each `intervalMs`, on one channel after the other. */
export class ListeningWindow {
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #intervalMs: number;
  readonly #windowMs: number;

  constructor(clock: Clock, intervalMs: number, windowMs: number) {
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs();
    this.#intervalMs = intervalMs;
    this.#windowMs = windowMs;
  }

  /** The channel of this moment, undefined outside the window. */
  nowMhz(): number | undefined {
    const elapsedMs = this.#clock.monotonicMs() - this.#startedMs;
    if (elapsedMs % this.#intervalMs >= this.#windowMs) return undefined;
    const turn = Math.floor(elapsedMs / this.#intervalMs);
    return ADVERTISING_CHANNELS_MHZ[turn % ADVERTISING_CHANNELS_MHZ.length];
  }
}
