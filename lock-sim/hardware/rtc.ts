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
  #driftPpm = 0;

  constructor(clock: Clock, kept: Kept<RtcSetting>) {
    this.#clock = clock;
    this.#kept = kept;
    const setting = kept.read();
    if (setting) this.#runFrom(setting.rtcMs + Math.max(0, clock.wallMs() - setting.wallMs));
  }

  /** 0 while it is stopped. */
  seconds(): number {
    return Math.floor((this.#rtcMs() ?? 0) / 1000);
  }

  set(seconds: number): void {
    this.#setMs(1000 * seconds);
  }

  stopped(): boolean {
    return this.#running === undefined;
  }

  /** Fault: the cell is empty, the time is gone. */
  lose(): void {
    this.#running = undefined;
    this.#kept.write(undefined);
  }

  /** Fault: the clock jumps, never below 1970. Not while it is stopped. */
  step(byMs: number): void {
    const rtcMs = this.#rtcMs();
    if (rtcMs !== undefined) this.#setMs(Math.max(0, rtcMs + byMs));
  }

  /** Fault: from now on, and while the emulator runs, it is fast by so many millionths; below zero slow. */
  drift(ppm: number): void {
    const rtcMs = this.#rtcMs();
    this.#driftPpm = ppm;
    if (rtcMs !== undefined) this.#runFrom(rtcMs);
  }

  get driftPpm(): number {
    return this.#driftPpm;
  }

  #rtcMs(): number | undefined {
    if (!this.#running) return undefined;
    const { rtcMs, monotonicMs } = this.#running;
    return rtcMs + (this.#clock.monotonicMs() - monotonicMs) * (1 + this.#driftPpm / 1_000_000);
  }

  #setMs(rtcMs: number): void {
    this.#runFrom(rtcMs);
    this.#kept.write({ rtcMs, wallMs: this.#clock.wallMs() });
  }

  #runFrom(rtcMs: number): void {
    this.#running = { rtcMs, monotonicMs: this.#clock.monotonicMs() };
  }
}
