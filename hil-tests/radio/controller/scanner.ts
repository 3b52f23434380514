import { toHex } from "../../../protocol/wire/bytes.ts";
import type { Advertisement } from "../advertising/advertisement.ts";
import type { AdvertisingChannels, Listener } from "../advertising/advertising-channels.ts";
import { ListeningWindow } from "../advertising/listening-window.ts";
import type { Medium, Station } from "../air/medium.ts";
import { LeEvent } from "../hci/event.ts";
import type { HostSide } from "./host-side.ts";

interface ScanParameters {
  /** Whether scan responses are asked for. */
  readonly isActive: boolean;
  readonly intervalMs: number;
  readonly windowMs: number;
}

/** As after a reset: passive, all the time (Core Specification, Vol 4 Part E, 7.8.10). */
const DEFAULT_PARAMETERS: ScanParameters = { isActive: false, intervalMs: 10, windowMs: 10 };

/** Event types of an advertising report (7.7.65.2). */
const REPORT_TYPES = { connectable: 0, scannable: 2, "non-connectable": 3 } as const;
const SCAN_RESPONSE = 4;

/** Reports to the host which advertisements are heard. */
export class Scanner implements Listener {
  readonly station: Station;
  readonly #medium: Medium;
  readonly #host: HostSide;
  readonly #channels: AdvertisingChannels;
  #parameters = DEFAULT_PARAMETERS;
  #window: ListeningWindow | undefined;
  /** What has been reported since the start; undefined if the host wants everything each time. */
  #reported: Set<string> | undefined;
  #leaveChannels: (() => void) | undefined;

  constructor(medium: Medium, channels: AdvertisingChannels, station: Station, host: HostSide) {
    this.#medium = medium;
    this.#channels = channels;
    this.station = station;
    this.#host = host;
  }

  get isOn(): boolean {
    return this.#window !== undefined;
  }

  setParameters(parameters: ScanParameters): void {
    this.#parameters = parameters;
  }

  /** Starts anew if it was on. */
  start(filtersDuplicates: boolean): void {
    this.stop();
    const { intervalMs, windowMs } = this.#parameters;
    this.#window = new ListeningWindow(this.#medium.clock, intervalMs, windowMs);
    this.#reported = filtersDuplicates ? new Set() : undefined;
    this.#leaveChannels = this.#channels.listen(this);
  }

  /** Stops without a word to the host. */
  stop(): void {
    this.#leaveChannels?.();
    this.#leaveChannels = undefined;
    this.#window = undefined;
  }

  reset(): void {
    this.stop();
    this.#parameters = DEFAULT_PARAMETERS;
  }

  listensOnMhz(): number | undefined {
    return this.#window?.nowMhz();
  }

  hear(advertisement: Advertisement, strengthDbm: number, mhz: number): void {
    this.#report(REPORT_TYPES[advertisement.kind], advertisement, advertisement.data, strengthDbm);
    if (!this.#parameters.isActive || advertisement.kind === "non-connectable") return;
    if (this.#medium.carry(this.station, advertisement.from, mhz) === undefined) return;
    const responseDbm = this.#medium.carry(advertisement.from, this.station, mhz);
    if (responseDbm !== undefined) this.#report(SCAN_RESPONSE, advertisement, advertisement.scanResponse, responseDbm);
  }

  #report(type: number, { device }: Advertisement, data: Uint8Array, strengthDbm: number): void {
    const key = `${type} ${device.addressType} ${toHex(device.address)}`;
    if (this.#reported?.has(key)) return;
    this.#reported?.add(key);
    this.#host.sendLe(
      LeEvent.advertisingReport,
      Uint8Array.of(1, type, device.addressType),
      device.address,
      Uint8Array.of(data.length),
      data,
      Uint8Array.of(strengthDbm & 0xff),
    );
  }
}
