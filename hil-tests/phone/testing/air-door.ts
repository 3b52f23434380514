import type { TestContext } from "node:test";
import type { BleLibrary } from "../../../gateway/config.ts";
import type { Log } from "../../../gateway/log.ts";
import type { Noble } from "../../../gateway/transport/ble/noble.ts";
import { BleTransport, nobleLoader } from "../../../gateway/transport/ble.ts";
import { beaconOf } from "../../../lock-sim/port/ble/beacon-of.ts";
import type { Bleno } from "../../../lock-sim/port/ble/bleno.ts";
import { BlePort } from "../../../lock-sim/port/ble.ts";
import type { Clock } from "../../../protocol/clock.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { type Meddle, plugIn } from "../../ble/testing/virtual-adapters.ts";
import { fastModel } from "../../radio/air/model.ts";
import { Air } from "../../radio/air.ts";
import type { Controller } from "../../radio/controller.ts";
import { freshBleno } from "../../radio/testing/hosts.ts";
import { runLibraryTimers } from "../../radio/testing/library-timers.ts";
import { settled } from "../../radio/testing/settled.ts";
import type { FrameCarrier } from "../frame-carrier.ts";
import { openCarrier } from "../open-carrier.ts";
import { PassSession } from "../pass-session.ts";
import { TestDoor } from "./test-door.ts";

const PATIENCE_MS = 60_000;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** A door whose lock advertises, with an unmodified bleno, and two phones with an unmodified noble each. */
export class AirDoor {
  readonly door: TestDoor;
  readonly lockController: Controller;
  /** Nothing is meddled with until a test does. */
  meddle: Meddle = (h4) => [h4];
  readonly #library: BleLibrary;

  private constructor(door: TestDoor, lockController: Controller, library: BleLibrary) {
    this.door = door;
    this.lockController = lockController;
    this.#library = library;
  }

  static async inService(t: TestContext, library: BleLibrary): Promise<AirDoor> {
    const door = await TestDoor.inService();
    const { clock, lock, known } = door;
    runLibraryTimers(clock);
    // Locks advertise once a second, as they do: time flies between visits.
    const model = { ...fastModel, advertisingIntervalMsMax: 1_000 };
    const air = new Air({ clock, random: new SeededRandom(1), model });
    const airDoor = new AirDoor(door, air.controller({ address: "d0:0d:00:00:00:01" }), library);
    const phones = [1, 2].map((n) => air.controller({ address: `f0:0e:00:00:00:0${n}` }));
    plugIn(phones, (h4, direction) => airDoor.meddle(h4, direction));
    const bleno = freshBleno(airDoor.lockController) as unknown as Bleno;
    const port = new BlePort(lock, beaconOf(lock, known.lockId), bleno, clock);
    await airDoor.run(port.start());
    t.after(() => port.close());
    return airDoor;
  }

  /** Lets virtual time run until the promise settles. */
  run<T>(promise: Promise<T>): Promise<T> {
    return settled(this.door.clock, promise, PATIENCE_MS);
  }

  /** By the phone whose adapter that is. */
  carrier(adapter: "hci0" | "hci1" = "hci0"): Promise<FrameCarrier> {
    const load = nobleLoader(this.#library);
    return openPhone(this.door.clock, () => load(adapter), toHex(this.door.known.lockId));
  }

  /** Does something in a session of its own, then goes away. */
  visit<T>(work: (session: PassSession) => Promise<T>, adapter?: "hci0" | "hci1"): Promise<T> {
    const { phone, known } = this.door;
    const visiting = async () => {
      const carrier = await this.carrier(adapter);
      try {
        return await work(await PassSession.open(phone, carrier, known));
      } finally {
        await carrier.close();
      }
    };
    return this.run(visiting());
  }
}

/** A phone with this noble, connected to the lock that advertises that id. */
export function openPhone(clock: Clock, load: () => Noble, lockId: string): Promise<FrameCarrier> {
  return openCarrier(new BleTransport(clock, silent, ["hci0"], load), `ble:${lockId}`);
}
