import type { Signals } from "../hal.ts";

export type Signal = Parameters<Signals["show"]>[0];

/** Light and sound as a person would have noticed them. */
export class EmulatedSignals implements Signals {
  #last: Signal | undefined;
  #count = 0;

  show(signal: Signal): void {
    this.#last = signal;
    this.#count++;
  }

  /** What was shown last, and how many there were. */
  get shown(): { last: Signal | undefined; count: number } {
    return { last: this.#last, count: this.#count };
  }
}
