import type { Medium, Station } from "../air/medium.ts";
import type { Advertisement } from "./advertisement.ts";

/** A receiver that may be tuned to an advertising channel. */
export interface Listener {
  readonly station: Station;
  /** The centre of the channel that it listens on now, undefined if on none. */
  listensOnMhz(): number | undefined;
  hear(advertisement: Advertisement, strengthDbm: number, mhz: number): void;
}

/** Who hears the advertisements. */
export class AdvertisingChannels {
  readonly #medium: Medium;
  readonly #listeners = new Set<Listener>();

  constructor(medium: Medium) {
    this.#medium = medium;
  }

  /** From now on, until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  send(advertisement: Advertisement): void {
    for (const listener of [...this.#listeners]) {
      const mhz = listener.listensOnMhz();
      if (mhz === undefined || listener.station === advertisement.from) continue;
      const strengthDbm = this.#medium.carry(advertisement.from, listener.station, mhz);
      if (strengthDbm !== undefined) listener.hear(advertisement, strengthDbm, mhz);
    }
  }
}
