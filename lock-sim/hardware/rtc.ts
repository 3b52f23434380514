import type { Clock } from "../../protocol/clock.ts";
import type { Rtc } from "../hal.ts";
import type { Kept } from "./kept.ts";

/** When the clock was set to what; milliseconds since 1970 UTC. */
export interface RtcSetting {
  readonly rtcMs: number;
  readonly wallMs: number;
}

/**
 * A calendar clock with a cell of its own: it runs on while the lock has no power, and while the emulator does not run, by
 * the machine's wall clock. While the emulator runs it follows the monotonic clock: a real oscillator does not jump.
 */
export class EmulatedRtc implements Rtc {
  readonly #clock: Clock;
  readonly #kept: Kept<RtcSetting>;
  #running: { rtcMs: number; monotonicMs: number } | undefined;

  constructor(clock: Clock, kept: Kept<RtcSetting>) {
    this.#clock = clock;
    this.#kept = kept;
    const setting = kept.read();
    if (setting) this.#runFrom(setting.rtcMs + Math.max(0, clock.wallMs() - setting.wallMs));
  }

  /** 0 while it is stopped. */
  seconds(): number {
    if (!this.#running) return 0;
    const { rtcMs, monotonicMs } = this.#running;
    return Math.floor((rtcMs + this.#clock.monotonicMs() - monotonicMs) / 1000);
  }

  set(seconds: number): void {
    this.#runFrom(1000 * seconds);
    this.#kept.write({ rtcMs: 1000 * seconds, wallMs: this.#clock.wallMs() });
  }

  stopped(): boolean {
    return this.#running === undefined;
  }

  /** Fault: the cell is empty, the time is gone. */
  lose(): void {
    this.#running = undefined;
    this.#kept.write(undefined);
  }

  #runFrom(rtcMs: number): void {
    this.#running = { rtcMs, monotonicMs: this.#clock.monotonicMs() };
  }
}
