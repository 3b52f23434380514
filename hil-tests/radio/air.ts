import type { Clock } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { AdvertisingChannels } from "./advertising/advertising-channels.ts";
import type { Interferer } from "./air/channel.ts";
import { Medium } from "./air/medium.ts";
import type { RadioModel } from "./air/model.ts";
import type { Wall } from "./air/place.ts";
import { Controller, type ControllerOptions } from "./controller.ts";

interface AirOptions {
  readonly clock: Clock;
  /** A seeded one makes a run that can be replayed, packet by packet. */
  readonly random: Random;
  readonly model: RadioModel;
}

/**
 * A virtual 2.4 GHz band and the controllers in it. A test of the libraries in one process and in virtual time:
 *
 *     runLibraryTimers(clock);
 *     const air = new Air({ clock, random: new SeededRandom(1), model: fastModel });
 *     const bleno = freshBleno(air.controller({ address: "d0:0d:00:00:00:01" }));
 *     const noble = freshNoble("@abandonware/noble", air.controller({ address: "c0:ff:ee:00:00:01" }));
 *     await settled(clock, noble.startScanningAsync(), 1_000);
 *
 * Product code that loads noble by itself finds its adapters by number: `substituteHciSocket((id) => adapters[id])`.
 */
export class Air {
  readonly #medium: Medium;
  readonly #channels: AdvertisingChannels;

  constructor({ clock, random, model }: AirOptions) {
    this.#medium = new Medium(clock, random, model);
    this.#channels = new AdvertisingChannels(this.#medium);
  }

  /** A controller, switched on. Its host has it by `hostPacket` and `onPacket`, or by a socket of loader/. */
  controller(options: ControllerOptions): Controller {
    return new Controller(this.#medium, this.#channels, options);
  }

  /** Replaces all walls. */
  setWalls(walls: readonly Wall[]): void {
    this.#medium.walls = walls;
  }

  /** Replaces all interferers. */
  setInterference(interferers: readonly Interferer[]): void {
    this.#medium.interferers = interferers;
  }
}
