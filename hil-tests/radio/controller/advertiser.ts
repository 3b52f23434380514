import type { Timer } from "../../../protocol/clock.ts";
import type { Advertisement, Device } from "../advertising/advertisement.ts";
import type { AdvertisingChannels } from "../advertising/advertising-channels.ts";
import type { Medium, Station } from "../air/medium.ts";
import type { Activity } from "./activity.ts";
import type { Connections } from "./connections.ts";

/** What the host has set for advertising. */
interface AdvertisingParameters {
  readonly intervalMs: number;
  readonly kind: Advertisement["kind"];
}

/** As after a reset: ADV_IND every 1.28 s (Core Specification, Vol 4 Part E, 7.8.5). */
const DEFAULT_PARAMETERS: AdvertisingParameters = { intervalMs: 1_280, kind: "connectable" };

/** Each event comes up to so much later than the interval says, lest two advertisers collide for ever. */
const RANDOM_DELAY_MS = 10;

/** Legacy advertising: an event at each interval, until it is switched off or leads to a link. */
export class Advertiser {
  readonly #medium: Medium;
  readonly #channels: AdvertisingChannels;
  readonly #station: Station;
  readonly #device: Device;
  readonly #activity: Activity;
  readonly #connections: Connections;
  #parameters = DEFAULT_PARAMETERS;
  #data = new Uint8Array();
  #scanResponse = new Uint8Array();
  #timer: Timer | undefined;

  constructor(
    medium: Medium,
    channels: AdvertisingChannels,
    station: Station,
    device: Device,
    activity: Activity,
    connections: Connections,
  ) {
    this.#medium = medium;
    this.#channels = channels;
    this.#station = station;
    this.#device = device;
    this.#activity = activity;
    this.#connections = connections;
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  get isConnectable(): boolean {
    return this.#parameters.kind === "connectable";
  }

  /** Holds from the next start on. */
  setParameters(parameters: AdvertisingParameters): void {
    this.#parameters = parameters;
  }

  /** Holds from the next event on, as the scan response does. */
  setData(data: Uint8Array): void {
    this.#data = Uint8Array.from(data);
  }

  setScanResponse(scanResponse: Uint8Array): void {
    this.#scanResponse = Uint8Array.from(scanResponse);
  }

  start(): void {
    if (!this.isOn) this.#schedule(0);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  reset(): void {
    this.stop();
    this.#parameters = DEFAULT_PARAMETERS;
    this.#data = new Uint8Array();
    this.#scanResponse = new Uint8Array();
  }

  #schedule(afterMs: number): void {
    const delayMs = afterMs + this.#medium.chance.unit() * RANDOM_DELAY_MS;
    this.#timer = this.#medium.clock.schedule(delayMs, () => {
      this.#schedule(Math.min(this.#parameters.intervalMs, this.#medium.model.advertisingIntervalMsMax));
      this.#activity.advertisingEvents++;
      this.#channels.send(this.#advertisement());
    });
  }

  #advertisement(): Advertisement {
    return {
      from: this.#station,
      device: this.#device,
      kind: this.#parameters.kind,
      data: this.#data,
      scanResponse: this.#scanResponse,
      accept: (link, central) => {
        // Of two centrals that ask in the same event the first is served.
        if (!this.isOn || this.#connections.isFull) return undefined;
        this.stop();
        return this.#connections.open("peripheral", link, central);
      },
    };
  }
}
