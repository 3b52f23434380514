import type { DoorSensor } from "../hal.ts";

/** A door, closed until somebody opens it. */
export class EmulatedDoor implements DoorSensor {
  #isOpen = false;

  isOpen(): boolean {
    return this.#isOpen;
  }

  set(isOpen: boolean): void {
    this.#isOpen = isOpen;
  }
}
