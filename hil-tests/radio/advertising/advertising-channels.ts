import type { Medium, Station } from "../air/medium.ts";
import type { Advertisement } from "./advertisement.ts";

/** A receiver that may be tuned to an advertising channel. */
export interface Listener {
  readonly station: Station;
  /** The centre of the channel that it listens on now, undefined if on none. */
  listensOnMhz(): number | undefined;
  hear(advertisement: Advertisement, strengthDbm: number, mhz: number): void;
}

/** An advertisement that is being sent, and who has sent at the same time. */
interface Flight {
  readonly from: Station;
  readonly colliding: Station[];
}

/** A receiver makes out a packet that is so much stronger than another. */
const CAPTURE_DB = 6;

/** At 1 Mbit/s; preamble, access address, header, advertiser's address and CRC besides the data. */
const MS_PER_BYTE = 0.008;
const OVERHEAD_BYTES = 16;

/** Who hears the advertisements: all that listen, unless two are sent at once, as happens where many advertise. */
export class AdvertisingChannels {
  readonly #medium: Medium;
  readonly #listeners = new Set<Listener>();
  readonly #flights = new Set<Flight>();

  constructor(medium: Medium) {
    this.#medium = medium;
  }

  /** From now on, until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Two that collide on one channel do so on all three, as all advertisers use them in the same order and time. */
  send(advertisement: Advertisement): void {
    const { from, data } = advertisement;
    const flight: Flight = { from, colliding: [...this.#flights].map((other) => other.from) };
    for (const other of this.#flights) other.colliding.push(from);
    this.#flights.add(flight);
    this.#medium.clock.schedule((OVERHEAD_BYTES + data.length) * MS_PER_BYTE, () => {
      this.#flights.delete(flight);
      this.#arrive(advertisement, flight);
    });
  }

  #arrive(advertisement: Advertisement, flight: Flight): void {
    for (const listener of [...this.#listeners]) {
      const mhz = listener.listensOnMhz();
      if (mhz === undefined || listener.station === flight.from || this.#isDrowned(flight, listener.station)) continue;
      const strengthDbm = this.#medium.carry(flight.from, listener.station, mhz);
      if (strengthDbm !== undefined) listener.hear(advertisement, strengthDbm, mhz);
    }
  }

  #isDrowned({ from, colliding }: Flight, at: Station): boolean {
    if (!this.#medium.model.advertisementsCollide) return false;
    const strengthDbm = this.#medium.meanStrengthDbm(from, at);
    return colliding.some((other) => this.#medium.meanStrengthDbm(other, at) > strengthDbm - CAPTURE_DB);
  }
}
