import type { Clock } from "../../../protocol/clock.ts";
import type { Random } from "../../../protocol/random.ts";
import { LossyPath } from "./burst-loss.ts";
import { Chance } from "./chance.ts";
import { covers, type Interferer } from "./channel.ts";
import type { RadioModel } from "./model.ts";
import { distanceMetres, type Place, type Wall, wallLossDb } from "./place.ts";

/** Something with an antenna. Both may be changed at any time. */
export interface Station {
  place: Place;
  /** Share of all packets from and to it that is lost besides: a bad antenna. */
  packetLoss: number;
}

/** Nearer than this the law of distance does not hold. */
const NEAREST_METRES = 0.1;

/** Space between stations: decides for each packet whether it arrives, and how strong. */
export class Medium {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly model: RadioModel;
  walls: readonly Wall[] = [];
  interferers: readonly Interferer[] = [];
  readonly #paths = new WeakMap<Station, WeakMap<Station, LossyPath>>();

  constructor(clock: Clock, random: Random, model: RadioModel) {
    this.clock = clock;
    this.chance = new Chance(random);
    this.model = model;
  }

  /** Sends one packet. Its strength in dBm at the receiver, a whole number, or undefined if it is not received. */
  carry(from: Station, to: Station, mhz: number): number | undefined {
    const strengthDbm = this.meanStrengthDbm(from, to) + this.chance.normal(this.model.fadingDb);
    const isLost =
      strengthDbm < this.model.sensitivityDbm ||
      this.#path(from, to).loses(this.chance, this.model.loss) ||
      this.chance.happens(from.packetLoss) ||
      this.chance.happens(to.packetLoss) ||
      this.interferers.some((interferer) => covers(interferer, mhz) && this.chance.happens(interferer.busyShare));
    return isLost ? undefined : Math.round(strengthDbm);
  }

  /** Strength in dBm without fading: loss with the logarithm of the distance, and in walls. */
  meanStrengthDbm(from: Station, to: Station): number {
    const { transmitPowerDbm, firstMetreLossDb, pathLossExponent } = this.model;
    const metres = Math.max(NEAREST_METRES, distanceMetres(from.place, to.place));
    const distanceLossDb = firstMetreLossDb + 10 * pathLossExponent * Math.log10(metres);
    return transmitPowerDbm - distanceLossDb - wallLossDb(this.walls, from.place, to.place);
  }

  /** The same for both directions: a burst spoils both. */
  #path(a: Station, b: Station): LossyPath {
    const known = this.#paths.get(a)?.get(b) ?? this.#paths.get(b)?.get(a);
    if (known) return known;
    const path = new LossyPath();
    const fromA = this.#paths.get(a) ?? new WeakMap<Station, LossyPath>();
    this.#paths.set(a, fromA.set(b, path));
    return path;
  }
}
