import type { Clock } from "../../../protocol/clock.ts";
import { BLE_SERVICE, decodeBeacon } from "../../../protocol/wire/beacon.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { Handles } from "./gatt.ts";
import type { Peripheral } from "./noble.ts";

/** Whoever sets up a thousand false locks must not fill our memory. */
const LOCKS_MAX = 1_000;
/** Devices that may claim to be the same lock. */
const DEVICES_PER_LOCK_MAX = 4;
/** A device that was silent for longer is not worth a try while another is heard. */
const FRESH_MS = 15_000;
/** Locks advertise every second. */
const JUST_NOW_MS = 3_000;

/** A device that advertises as a lock. Whether it is that lock shows when it proves so. */
export interface Device {
  peripheral: Peripheral;
  flags: number;
  /** dBm, as last heard. */
  rssi: number;
  heardAtMs: number;
  /** Connections in a row on which it did not prove to be the lock. */
  failures: number;
  /** Where things stood in its GATT table, if it proved to be the lock. */
  handles: Handles | undefined;
}

/** What one adapter hears of locks. A lock is known by the id that it advertises, never by its address. */
export class Sightings {
  readonly #clock: Clock;
  readonly #locks = new Map<string, Device[]>();
  /** The library's objects from before are no more. */
  #validFromMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes an advertisement; undefined if it is no lock's. */
  note(peripheral: Peripheral): { lockId: string; flags: number } | undefined {
    const serviceData = peripheral.advertisement.serviceData?.find(({ uuid }) => uuid === BLE_SERVICE)?.data;
    const beacon = serviceData && decodeBeacon(serviceData);
    if (!beacon) return undefined;
    const lockId = toHex(beacon.lockId);
    const devices = this.#locks.get(lockId) ?? this.#begin(lockId);
    if (!devices) return undefined;
    const heard = { peripheral, flags: beacon.flags, rssi: peripheral.rssi, heardAtMs: this.#clock.monotonicMs() };
    const known = devices.find((device) => device.peripheral.id === peripheral.id);
    if (known) Object.assign(known, heard);
    else this.#add(devices, { ...heard, failures: 0, handles: undefined });
    return { lockId, flags: beacon.flags };
  }

  /** The device to try for this lock, of those heard of late. */
  best(lockId: string): Device | undefined {
    const freshFromMs = Math.max(this.#clock.monotonicMs() - FRESH_MS, this.#validFromMs);
    return this.#locks
      .get(lockId)
      ?.filter(({ heardAtMs }) => heardAtMs >= freshFromMs)
      .sort(likelierFirst(this.#clock.monotonicMs()))[0];
  }

  /** When anybody last advertised as this lock, and how strongly; undefined if never. */
  lastHeard(lockId: string): Device | undefined {
    return this.#locks.get(lockId)?.reduce((a, b) => (b.heardAtMs > a.heardAtMs ? b : a));
  }

  /** Whether some lock should be heard, with so many connected and therefore silent. */
  expectsAny(connected: number): boolean {
    const heard = [...this.#locks.values()].filter((devices) => newest(devices) >= this.#validFromMs);
    return heard.length > connected;
  }

  /** The library begins anew: no device can be tried until it is heard again. */
  beginAnew(): void {
    this.#validFromMs = this.#clock.monotonicMs();
  }

  /** A full list makes room by forgetting the lock that has been silent for longest, unless that was heard just now. */
  #begin(lockId: string): Device[] | undefined {
    if (this.#locks.size >= LOCKS_MAX) {
      const [oldest] = [...this.#locks].sort(([, a], [, b]) => newest(a) - newest(b));
      if (!oldest || newest(oldest[1]) >= this.#clock.monotonicMs() - FRESH_MS) return undefined;
      this.#locks.delete(oldest[0]);
    }
    const devices: Device[] = [];
    this.#locks.set(lockId, devices);
    return devices;
  }

  #add(devices: Device[], device: Device): void {
    if (devices.length >= DEVICES_PER_LOCK_MAX) {
      // One that proved to be the lock stays, whatever the others do.
      const worst = devices.filter(({ handles }) => !handles).sort((a, b) => a.heardAtMs - b.heardAtMs)[0];
      if (!worst) return;
      devices.splice(devices.indexOf(worst), 1);
    }
    devices.push(device);
  }
}

/** First the one that failed least, then one heard just now, then one that has proved to be the lock, then the nearest. */
export function likelierFirst(nowMs: number): (a: Device, b: Device) => number {
  const proved = ({ handles }: Device) => Number(handles !== undefined);
  const heardJustNow = ({ heardAtMs }: Device) => Number(nowMs - heardAtMs < JUST_NOW_MS);
  return (a, b) =>
    a.failures - b.failures || heardJustNow(b) - heardJustNow(a) || proved(b) - proved(a) || b.rssi - a.rssi;
}

function newest(devices: readonly Device[]): number {
  return Math.max(...devices.map(({ heardAtMs }) => heardAtMs));
}
