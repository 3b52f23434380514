import type { Battery } from "../hal.ts";

const NEW_MILLIVOLT = 6000;
const ROOM_C = 20;

/** Four fresh AA cells at room temperature, until somebody says otherwise. */
export class EmulatedBattery implements Battery {
  #millivolt = NEW_MILLIVOLT;
  #temperatureC = ROOM_C;

  millivolt(): number {
    return this.#millivolt;
  }

  temperatureC(): number {
    return this.#temperatureC;
  }

  set(state: { millivolt?: number; temperatureC?: number }): void {
    this.#millivolt = state.millivolt ?? this.#millivolt;
    this.#temperatureC = state.temperatureC ?? this.#temperatureC;
  }
}
