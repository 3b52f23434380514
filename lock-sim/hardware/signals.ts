import type { Signal, Signals } from "../hal.ts";

type Observer = (signal: Signal) => void;

/** Light and sound as a person would have noticed them. */
export class EmulatedSignals implements Signals {
  readonly #observers = new Set<Observer>();
  #last: Signal | undefined;

  show(signal: Signal): void {
    this.#last = signal;
    for (const observer of this.#observers) observer(signal);
  }

  /** What was shown last since the emulator began. */
  get last(): Signal | undefined {
    return this.#last;
  }

  /** Tells of every signal from now on, until what it returns is called. */
  observe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }
}
