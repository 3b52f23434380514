import type { Battery } from "../hal.ts";

const NEW_MILLIVOLT = 6000;
const ROOM_C = 20;
/** Of four alkaline AA cells in series, at room temperature. */
const RESISTANCE_MILLIOHM = 800;
/** So much colder, and the resistance has doubled. */
const DOUBLING_K = 20;

/** Four AA cells, fresh and at room temperature until somebody says otherwise. Under load their voltage sags, more so in the cold. */
export class EmulatedBattery implements Battery {
  /** What all parts draw at the moment. */
  readonly #milliampere: () => number;
  #restMillivolt = NEW_MILLIVOLT;
  #temperatureC = ROOM_C;

  constructor(milliampere: () => number = () => 0) {
    this.#milliampere = milliampere;
  }

  millivolt(): number {
    return Math.max(0, Math.round(this.#restMillivolt - (this.#milliampere() * this.#milliohm()) / 1000));
  }

  temperatureC(): number {
    return this.#temperatureC;
  }

  /** `millivolt` is the voltage without load. */
  set(state: { millivolt?: number; temperatureC?: number }): void {
    this.#restMillivolt = state.millivolt ?? this.#restMillivolt;
    this.#temperatureC = state.temperatureC ?? this.#temperatureC;
  }

  #milliohm(): number {
    return RESISTANCE_MILLIOHM * 2 ** Math.max(0, (ROOM_C - this.#temperatureC) / DOUBLING_K);
  }
}
