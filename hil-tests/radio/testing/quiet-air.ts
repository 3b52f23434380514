import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { fastModel, type RadioModel } from "../air/model.ts";
import { Air } from "../air.ts";
import type { ControllerOptions } from "../controller.ts";
import { RawHost } from "./raw-host.ts";

const CONNECT_MS_MAX = 1_000;

/** Bare hosts, a metre apart at the most, in virtual time; data waits for connection events, and nothing is lost. */
export class QuietAir {
  readonly clock = new VirtualClock();
  readonly air: Air;
  #made = 0;

  constructor(model: Partial<RadioModel> = {}, seed = 1) {
    const quiet: RadioModel = { ...fastModel, delivery: "at-events", advertisingIntervalMsMax: 10_240 };
    this.air = new Air({ clock: this.clock, random: new SeededRandom(seed), model: { ...quiet, ...model } });
  }

  host(options: Partial<ControllerOptions> = {}): RawHost {
    this.#made++;
    const address = `d0:0d:00:00:00:${this.#made.toString(16).padStart(2, "0")}`;
    return new RawHost(this.air.controller({ address, ...options }));
  }

  /** Two hosts with a link between them, and the handles that they have for it. */
  linked({ interval = 18, supervisionTimeout = 42 } = {}) {
    const [central, peripheral] = [this.host(), this.host()];
    const handles = this.link(central, peripheral, { interval, supervisionTimeout });
    return { central, peripheral, ...handles };
  }

  /** Lets the peripheral advertise and the central connect; the link has had its first event. */
  link(central: RawHost, peripheral: RawHost, { interval = 18, supervisionTimeout = 42 } = {}) {
    peripheral.command(0x2006, "2000 2000 00 00 00 000000000000 07 00");
    peripheral.command(0x200a, "01");
    central.connect(peripheral.controller, { interval, supervisionTimeout });
    let [centralHandle, peripheralHandle]: (number | undefined)[] = [];
    const limitMs = this.clock.monotonicMs() + CONNECT_MS_MAX;
    while (centralHandle === undefined || peripheralHandle === undefined) {
      if (this.clock.monotonicMs() > limitMs) throw new RangeError("no link has come about");
      this.clock.advance(1);
      centralHandle ??= central.heardOnly("connected")[0]?.handle;
      peripheralHandle ??= peripheral.heardOnly("connected")[0]?.handle;
    }
    this.clock.advance(2);
    return { centralHandle, peripheralHandle };
  }
}
