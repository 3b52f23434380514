import type { Signals } from "../hal.ts";

type Signal = Parameters<Signals["show"]>[0];

/** Light and sound as a person would have noticed them. */
export class EmulatedSignals implements Signals {
  #last: Signal | undefined;

  show(signal: Signal): void {
    this.#last = signal;
  }

  /** What was shown last since the emulator began. */
  get last(): Signal | undefined {
    return this.#last;
  }
}
