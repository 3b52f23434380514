import type { Clock } from "../../protocol/clock.ts";
import { BLE_REPLY, BLE_REQUEST, BLE_SERVICE, encodeAdvertisement } from "../../protocol/wire/beacon.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { ADVERTISE_EVERY_MS } from "../energy/current-model.ts";
import type { Bleno } from "./ble/bleno.ts";
import { Central } from "./ble/central.ts";
import { containFaults } from "./ble/their-faults.ts";
import { type LinkEnd, type Port, PortError } from "./port.ts";

const POWERED_WITHIN_MS = 5_000;
const SUCCESS = 0;
/** ATT error: long writes are not for this characteristic. */
const NOT_LONG = 0x0b;

/** What the lock advertises. */
export interface BeaconSource {
  /** 8 bytes. */
  readonly lockId: Uint8Array;
  /** Undefined without power: then nothing is advertised. */
  flags(): number | undefined;
  /** Tells whenever the flags may have changed. */
  observe(observer: () => void): () => void;
}

/**
 * bleno on one adapter, `hci0` for example; the system's first if none is named. Rejects with PortError: where the kernel has
 * no Bluetooth, even loading it fails.
 */
export async function loadBleno(adapter: string | undefined): Promise<Bleno> {
  if (adapter !== undefined) process.env.BLENO_HCI_DEVICE_ID = adapter.replace(/^hci/, "");
  process.env.BLENO_ADVERTISING_INTERVAL ??= String(ADVERTISE_EVERY_MS);
  try {
    const { default: bleno } = (await import("@abandonware/bleno")) as unknown as { default: Bleno };
    return bleno;
  } catch (error) {
    throw new PortError("there is no Bluetooth on this machine", { cause: error });
  }
}

/**
 * The lock on BLE (protocol.md §10): advertises who it is and whether it wants anything, and serves one central at a time.
 */
export class BlePort implements Port {
  readonly #lock: LinkEnd;
  readonly #beacon: BeaconSource;
  readonly #bleno: Bleno;
  readonly #clock: Clock;
  #central: Central | undefined;
  /** Undefined while nothing is advertised. */
  #advertised: number | undefined;
  #adapter: "starting" | "on" | "off" | "closed" = "starting";
  #stopObserving: () => void = () => {};

  constructor(lock: LinkEnd, beacon: BeaconSource, bleno: Bleno, clock: Clock) {
    this.#lock = lock;
    this.#beacon = beacon;
    this.#bleno = bleno;
    this.#clock = clock;
  }

  async start(): Promise<string> {
    await this.#poweredOn();
    // Whoever sends what can not be read is not worth talking to.
    containFaults(this.#bleno, () => this.#bleno.disconnect());
    this.#bleno.on("accept", () => this.#accept());
    this.#bleno.on("disconnect", () => this.#disconnected());
    this.#bleno.setServices([this.#service()]);
    this.#stopObserving = this.#beacon.observe(() => this.#advertise());
    this.#adapterIs("on");
    return `ble:${toHex(this.#beacon.lockId)}`;
  }

  async close(): Promise<void> {
    this.#stopObserving();
    this.#adapterIs("closed");
    this.#bleno.stopAdvertising();
    this.#bleno.disconnect();
    this.#bleno.removeAllListeners();
  }

  #poweredOn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        timer.cancel();
        reject(new PortError(why));
      };
      const timer = this.#clock.schedule(POWERED_WITHIN_MS, () => fail("the Bluetooth adapter does not answer"));
      try {
        // Somebody who listens is what makes bleno begin.
        this.#bleno.on("stateChange", (state) => {
          if (state === "unauthorized") fail("no permission to use the Bluetooth adapter");
          else if (state === "unsupported") fail("the Bluetooth adapter does not speak BLE");
          else if (state === "poweredOn") {
            timer.cancel();
            resolve();
          }
          if (this.#adapter !== "starting") this.#adapterIs(state === "poweredOn" ? "on" : "off");
        });
      } catch (error) {
        fail(`the Bluetooth adapter can not be opened (${(error as Error).message})`);
      }
    });
  }

  #service(): object {
    const { PrimaryService, Characteristic } = this.#bleno;
    // The replies first: then their configuration's handle is known as soon as the requests' is, and a gateway may keep it.
    const replies = new Characteristic({
      uuid: BLE_REPLY,
      properties: ["notify"],
      onSubscribe: (maxValueBytes, notify) => this.#central?.subscribed(maxValueBytes, notify),
      onUnsubscribe: () => this.#central?.unsubscribed(),
    });
    const requests = new Characteristic({
      uuid: BLE_REQUEST,
      properties: ["write", "writeWithoutResponse"],
      onWriteRequest: (value, offset, _withoutResponse, done) => {
        done(offset === 0 ? SUCCESS : NOT_LONG);
        if (offset === 0) this.#central?.receive(value);
      },
    });
    return new PrimaryService({ uuid: BLE_SERVICE, characteristics: [replies, requests] });
  }

  #accept(): void {
    // bleno knows one central only: a second that slipped in has displaced the first.
    this.#central?.disconnected();
    this.#central = new Central(this.#lock);
    // The controller has stopped advertising by itself, unless new flags have just started it again.
    this.#bleno.stopAdvertising();
    this.#advertised = undefined;
    if (!this.#central.connect(() => this.#bleno.disconnect())) this.#bleno.disconnect();
  }

  #disconnected(): void {
    this.#central?.disconnected();
    this.#central = undefined;
    this.#advertise();
  }

  /** An adapter that comes or goes has no connections, and does not say so. */
  #adapterIs(state: "on" | "off" | "closed"): void {
    this.#adapter = state;
    this.#advertised = undefined;
    this.#disconnected();
  }

  /** Advertises the flags of now, while nobody is connected. */
  #advertise(): void {
    if (this.#adapter !== "on" || this.#central) return;
    const flags = this.#beacon.flags();
    if (flags === this.#advertised) return;
    this.#advertised = flags;
    if (flags === undefined) this.#bleno.stopAdvertising();
    else
      this.#bleno.startAdvertisingWithEIRData(Buffer.from(encodeAdvertisement({ flags, lockId: this.#beacon.lockId })));
  }
}
