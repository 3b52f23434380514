import type { Clock, Timer } from "../../protocol/clock.ts";
import type { Bolt, EndStop } from "../hal.ts";
import type { Kept } from "./kept.ts";

/** How far the bolt is out, from 0 (drawn) to 1 (thrown). */
export interface BoltPlace {
  readonly out: number;
}

const OUT: Record<EndStop, number> = { drawn: 0, thrown: 1 };
/** What is kept while the motor runs: whoever ends the emulator then leaves the bolt on its way. */
const ON_ITS_WAY: BoltPlace = { out: 0.5 };

const MOTOR_MILLIAMPERE = 250;
const STALLED_MILLIAMPERE = 900;

/** A bolt with a motor, two end switches and a thumb-turn. It stays where it is when power goes. */
export class EmulatedBolt implements Bolt {
  readonly #clock: Clock;
  readonly #kept: Kept<BoltPlace>;
  readonly #travelMs: number;
  #out: number;
  #motor: { to: EndStop; sinceMs: number; wayMs: number; arrival: Timer } | undefined;
  readonly #observers = new Set<(to: EndStop) => void>();
  #isJammed = false;
  #drawnMicrocoulomb = 0;

  /** `travelMs`: from one end stop to the other. A new bolt is thrown. */
  constructor(clock: Clock, kept: Kept<BoltPlace>, travelMs = 400) {
    this.#clock = clock;
    this.#kept = kept;
    this.#travelMs = travelMs;
    this.#out = kept.read()?.out ?? OUT.thrown;
  }

  /** Tells whenever the motor starts, before it does, until what it returns is called. */
  observe(observer: (to: EndStop) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  drive(to: EndStop): void {
    for (const observer of this.#observers) observer(to);
    this.stop();
    const wayMs = Math.abs(OUT[to] - this.#out) * this.#travelMs;
    this.#kept.write(ON_ITS_WAY);
    this.#motor = {
      to,
      sinceMs: this.#clock.monotonicMs(),
      wayMs,
      // At the end stop the motor may go on turning; the bolt is there.
      arrival: this.#clock.schedule(wayMs, () => this.#keep()),
    };
  }

  stop(): void {
    if (!this.#motor) return;
    this.#motor.arrival.cancel();
    this.#drawnMicrocoulomb = this.drawnMicrocoulomb();
    this.#out = this.#place();
    this.#motor = undefined;
    this.#keep();
  }

  position(): EndStop | "between" {
    const out = this.#place();
    if (out === OUT.thrown) return "thrown";
    return out === OUT.drawn ? "drawn" : "between";
  }

  /** A hand is stronger than the motor's clutch; a motor that nobody stops goes on from there. */
  turnByHand(to: EndStop): void {
    const motor = this.#motor;
    this.stop();
    this.#out = OUT[to];
    this.#keep();
    if (motor) this.drive(motor.to);
  }

  /** What the motor draws from the battery. */
  milliampere(): number {
    if (!this.#motor) return 0;
    return this.#isJammed || this.#place() === OUT[this.#motor.to] ? STALLED_MILLIAMPERE : MOTOR_MILLIAMPERE;
  }

  /** What the motor has drawn so far, in mA × ms. */
  drawnMicrocoulomb(): number {
    if (!this.#motor) return this.#drawnMicrocoulomb;
    const { sinceMs, wayMs } = this.#motor;
    const runMs = this.#clock.monotonicMs() - sinceMs;
    const movingMs = this.#isJammed ? 0 : Math.min(runMs, wayMs);
    return this.#drawnMicrocoulomb + movingMs * MOTOR_MILLIAMPERE + (runMs - movingMs) * STALLED_MILLIAMPERE;
  }

  isDriven(): boolean {
    return this.#motor !== undefined;
  }

  isJammed(): boolean {
    return this.#isJammed;
  }

  /** Fault: while jammed, the motor turns and the bolt stays. */
  jam(isJammed: boolean): void {
    const { to } = this.#motor ?? {};
    this.stop();
    this.#isJammed = isJammed;
    if (to) this.drive(to);
  }

  #place(): number {
    if (!this.#motor || this.#isJammed) return this.#out;
    const target = OUT[this.#motor.to];
    const way = (this.#clock.monotonicMs() - this.#motor.sinceMs) / this.#travelMs;
    return target > this.#out ? Math.min(target, this.#out + way) : Math.max(target, this.#out - way);
  }

  #keep(): void {
    this.#kept.write({ out: this.#place() });
  }
}
