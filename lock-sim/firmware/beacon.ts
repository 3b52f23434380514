import type { LogStore } from "./storage/log-store.ts";

/** Knows whether there are events that nobody has fetched. In RAM: after a boot the boot record is one anyway. */
export class Beacon {
  readonly #store: LogStore;
  readonly #generation: number;
  #shownThrough = 0;

  constructor(store: LogStore, generation: number) {
    this.#store = store;
    this.#generation = generation;
  }

  /** A gateway or a courier has read the log up to here. */
  shown(generation: number, seq: number): void {
    if (generation === this.#generation) this.#shownThrough = Math.max(this.#shownThrough, seq);
  }

  get eventsWait(): boolean {
    const fetchedThrough = Math.max(this.#shownThrough, this.#store.acknowledged(this.#generation));
    return this.#store.position.seq > fetchedThrough;
  }
}
