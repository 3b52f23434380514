import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { BleTransport, nobleLoader } from "../../../gateway/transport/ble.ts";
import { type Charge, chargeOf } from "../../../lock-sim/energy/charge.ts";
import { ADVERTISE_EVERY_MS } from "../../../lock-sim/energy/current-model.ts";
import { delay } from "../../../protocol/clock.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { AirLock } from "../../ble/testing/air-lock.ts";
import { plugIn } from "../../ble/testing/virtual-adapters.ts";
import { realisticModel } from "../../radio/air/model.ts";
import { Air } from "../../radio/air.ts";
import { runLibraryTimers, stopLibraryTimers } from "../../radio/testing/library-timers.ts";
import { settled } from "../../radio/testing/settled.ts";
import { gatewayWorld, noLog } from "./gateway-world.ts";
import { LockUser } from "./lock-user.ts";
import { pair } from "./pair.ts";
import { type Tap, TapWatch } from "./tap-watch.ts";

const SEED = 1;
const PATIENCE_MS = 60_000;
const STEP_MS = 20;
/** The lock hangs five metres from the gateway. */
const PLACE = { x: 5, y: 0 };
/** Until the bolt has relocked, and the connection has been given up. */
const RELOCKED_MS = 10_000;
/** Less than an idle connection is kept. */
const SOON_MS = 300;
/** People come at any moment of the lock's advertising. */
const MOMENTS_MS = 1_000;

/** How an unlock finds things. */
export type Found = "cold" | "resumed" | "connected";

/** One unlock over the air. */
export interface AirUnlock {
  readonly tap: Tap;
  /** Connection events of the lock from the tap until its bolt moved. */
  readonly events: number;
}

/**
 * The gateway's own parts with unmodified noble, and one paired lock with unmodified bleno, on the realistic air in virtual time:
 * the same seed gives the same figures on every machine.
 */
export class AirSite {
  readonly clock = new VirtualClock();
  readonly #random = new SeededRandom(SEED);
  readonly #watch = new TapWatch(this.clock);
  readonly #directory: string;
  readonly #lock: AirLock;
  #transport!: BleTransport;
  #user!: LockUser;

  private constructor(parent: string) {
    this.#directory = mkdtempSync(join(parent, "gateway-"));
    runLibraryTimers(this.clock);
    process.env.BLENO_ADVERTISING_INTERVAL = String(ADVERTISE_EVERY_MS);
    const air = new Air({ clock: this.clock, random: new SeededRandom(SEED + 1), model: realisticModel });
    plugIn([air.controller({ address: "c0:ff:ee:00:00:01" })], this.#watch.see);
    const controller = air.controller({ address: "d0:0d:00:00:00:01", place: PLACE });
    this.#lock = new AirLock(this.clock, this.#random, controller);
  }

  static async make(directory: string): Promise<AirSite> {
    const site = new AirSite(directory);
    await site.#run(site.#lock.start());
    site.#lock.lock.pressPairingButton();
    await site.#run(pair(site.#world(), site.#lock.label, "ble", () => delay(site.clock, STEP_MS)));
    site.#user = new LockUser(site.#world(), site.#lock.lockId);
    await site.unlock("cold");
    return site;
  }

  async unlock(found: Found): Promise<AirUnlock> {
    await this.#prepare(found);
    const { lock, controller } = this.#lock;
    const eventsBefore = controller.activity.connectionEvents;
    this.#watch.begin();
    const moved = new Promise<AirUnlock>((resolve) => {
      const stopObserving = lock.hardware.bolt.observe(() => {
        stopObserving();
        resolve({ tap: this.#watch.end(), events: controller.activity.connectionEvents - eventsBefore });
      });
    });
    const [unlock] = await this.#run(Promise.all([moved, this.#user.unlock()]));
    return unlock;
  }

  /** What the lock draws meanwhile, by the model of its energy. */
  async chargeOf(happen: () => Promise<unknown>): Promise<Charge> {
    const before = chargeOf(this.#lock.lock.work);
    await happen();
    const after = chargeOf(this.#lock.lock.work);
    const drawn = Object.entries(after).map(([part, charge]) => [part, charge - before[part as keyof Charge]]);
    return Object.fromEntries(drawn) as Charge;
  }

  async close(): Promise<void> {
    await this.#run(this.#user.close());
    await this.#run(this.#transport.close());
    await this.#lock.close();
    stopLibraryTimers();
  }

  async #prepare(found: Found): Promise<void> {
    await this.clock.advanceAsync(RELOCKED_MS + this.#anyMoment());
    switch (found) {
      case "cold":
        // A gateway that has just started, and nothing left that could be resumed.
        await this.#user.forgetSession();
        await this.#run(this.#user.close());
        await this.#run(this.#transport.close());
        this.#user = new LockUser(this.#world(), this.#lock.lockId);
        return;
      case "resumed":
        return;
      case "connected":
        await this.#run(this.#user.askStatus());
        await this.clock.advanceAsync(SOON_MS + this.#anyMoment());
        return;
    }
  }

  #world() {
    this.#transport = new BleTransport(this.clock, noLog, ["hci0"], nobleLoader("@abandonware/noble"));
    return gatewayWorld({
      clock: this.clock,
      random: this.#random,
      directory: this.#directory,
      transport: this.#transport,
    });
  }

  #anyMoment(): number {
    const [high, low] = this.#random.bytes(2) as unknown as [number, number];
    return ((high * 256 + low) / 65_536) * MOMENTS_MS;
  }

  #run<T>(promise: Promise<T>): Promise<T> {
    return settled(this.clock, promise, PATIENCE_MS);
  }
}
