import type { Tamper } from "../hal.ts";

/** The contact under the lock's case, closed until somebody unscrews it. */
export class EmulatedTamper implements Tamper {
  #isOpen = false;

  isOpen(): boolean {
    return this.#isOpen;
  }

  set(isOpen: boolean): void {
    this.#isOpen = isOpen;
  }
}
