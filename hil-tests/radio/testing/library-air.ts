import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { fastModel, type RadioModel } from "../air/model.ts";
import { Air } from "../air.ts";
import type { Controller, ControllerOptions } from "../controller.ts";
import { poweredOn } from "./echo-client.ts";
import { freshBleno, freshNoble, type NobleFork } from "./hosts.ts";
import { runLibraryTimers } from "./library-timers.ts";
import { settled } from "./settled.ts";
import { startEcho } from "./start-echo.ts";

/** noble and bleno, unmodified, in virtual time on one air. */
export class LibraryAir {
  readonly clock = new VirtualClock();
  readonly air: Air;
  #made = 0;

  constructor(model: RadioModel = fastModel, seed = 1) {
    runLibraryTimers(this.clock);
    this.air = new Air({ clock: this.clock, random: new SeededRandom(seed), model });
  }

  controller(options: Partial<ControllerOptions> = {}): Controller {
    this.#made++;
    return this.air.controller({ address: `d0:0d:00:00:00:${this.#made.toString(16).padStart(2, "0")}`, ...options });
  }

  /** A bleno that advertises and echoes. */
  async peripheral() {
    const controller = this.controller();
    const bleno = freshBleno(controller);
    await settled(this.clock, startEcho(bleno), 10_000);
    return { controller, bleno };
  }

  /** A noble that is powered on. */
  async central(fork: NobleFork) {
    const controller = this.controller();
    const noble = freshNoble(fork, controller);
    await poweredOn(this.clock, noble);
    return { controller, noble };
  }
}
