import assert from "node:assert/strict";
import { createRequire } from "node:module";
import type { Clock } from "../../protocol/clock.ts";
import { BeaconFlag } from "../../protocol/wire/beacon.ts";
import type { BleLibrary } from "../config.ts";
import type { Log } from "../log.ts";
import { BleAdapter, type Connected } from "./ble/ble-adapter.ts";
import { BleChannel } from "./ble/ble-channel.ts";
import { type Handles, subscribe } from "./ble/gatt.ts";
import type { Noble } from "./ble/noble.ts";
import { describeReach, type Reach, seenWords } from "./ble/reach.ts";
import { type Device, likelierFirst } from "./ble/sightings.ts";
import { type Channel, type OpenOptions, type Radio, type Transport, TransportError } from "./channel.ts";
import { parseVia } from "./via.ts";

/** How long somebody waits for a lock that is not heard at the moment. */
const HEARD_WITHIN_MS = { sync: 2_000, unlock: 5_000 };
/** A person is on the way to the button inside the door. */
const PAIRING_MODE_WITHIN_MS = 30_000;

/** Controllers wait six connection events for the first word of the other side. */
const ESTABLISHED_WITHIN_MS = 500;
const RETRIES_MAX = 3;

/** Makes noble on one adapter, `hci0` for example. Throws: where the kernel has no Bluetooth, even loading it fails. */
export type LoadNoble = (adapter: string) => Noble;

/** The library is loaded when the first adapter is started, and not before. */
export function nobleLoader(library: BleLibrary): LoadNoble {
  const require = createRequire(import.meta.url);
  // Else it waits for a scan response, or for a second advertisement, before it tells of the first.
  process.env.NOBLE_REPORT_ALL_HCI_EVENTS ??= "1";
  return (adapter) => {
    const deviceId = Number(adapter.replace(/^hci/, ""));
    switch (library) {
      case "@abandonware/noble":
        return require("@abandonware/noble/with-custom-binding")({ deviceId });
      case "@stoprocent/noble":
        return require("@stoprocent/noble").withBindings("hci", { deviceId });
    }
  };
}

interface Heard {
  readonly adapter: BleAdapter;
  readonly device: Device;
}

/** Locks on BLE: `ble:LOCKID`. The adapters are started when the first lock is asked for. */
export class BleTransport implements Transport, Radio {
  readonly #clock: Clock;
  readonly #adapters: readonly BleAdapter[];
  readonly #listeners = new Set<(lockId: string, flags: number) => void>();
  /** How each lock was reached last. */
  readonly #reached = new Map<string, Reach>();
  #startedAtMs: number | undefined;

  constructor(clock: Clock, log: Log, adapters: readonly string[], load: LoadNoble) {
    this.#clock = clock;
    this.#adapters = adapters.map((name) => {
      const heard = (lockId: string, flags: number) => {
        for (const listener of [...this.#listeners]) listener(lockId, flags);
      };
      return new BleAdapter({ clock, log, name, load: () => load(name), heard });
    });
  }

  async open(via: string, options: OpenOptions): Promise<Channel> {
    const target = parseVia(via);
    assert(target.kind === "ble");
    const { lockId } = target;
    this.#start();
    const beganAtMs = this.#clock.monotonicMs();
    await this.#endOther(lockId);
    const { channel, rssi, retries } = await this.#reach(lockId, options);
    const tookMs = this.#clock.monotonicMs() - beganAtMs;
    this.#reached.set(lockId, { rssi, retries, tookMs });
    return channel;
  }

  hurry(via: string): void {
    const target = parseVia(via);
    if (target.kind === "ble") for (const adapter of this.#adapters) adapter.hurry(target.lockId);
  }

  async close(): Promise<void> {
    if (this.#startedAtMs !== undefined) await Promise.all(this.#adapters.map((adapter) => adapter.close()));
  }

  onBeacon(listener: (lockId: string, flags: number) => void): void {
    this.#listeners.add(listener);
  }

  describe(lockId: string): string | undefined {
    if (this.#startedAtMs === undefined) return undefined;
    const isConnected = this.#adapters.some((adapter) => adapter.connectionTo(lockId));
    const heard = this.#lastHeard(lockId);
    const silentMs = this.#clock.monotonicMs() - (heard?.heardAtMs ?? this.#startedAtMs);
    return (
      this.#trouble() ??
      describeReach({ isConnected, isHeard: heard !== undefined, silentMs, reached: this.#reached.get(lockId) })
    );
  }

  adapters(): { name: string; trouble?: string }[] {
    if (this.#startedAtMs === undefined) return [];
    return this.#adapters.map(({ name, trouble }) => ({ name, ...(trouble !== undefined && { trouble }) }));
  }

  /** A controller says that it is connected before it has heard a word of the lock. If none comes, there was no connection. */
  async #reach(lockId: string, options: OpenOptions): Promise<{ channel: Channel; rssi: number; retries: number }> {
    for (let retries = 0; ; retries++) {
      const { adapter, device } = await this.#listenFor(lockId, options);
      const connected = await adapter.connect(lockId, device, options.urgency, options.signal);
      retries += connected.retries;
      const connectedAtMs = this.#clock.monotonicMs();
      try {
        return { channel: await this.#subscribe(connected, device), rssi: device.rssi, retries };
      } catch (error) {
        const lastedMs = this.#clock.monotonicMs() - connectedAtMs;
        const wasNone = connected.connection.wasLost && lastedMs < ESTABLISHED_WITHIN_MS && !adapter.trouble;
        if (!wasNone || retries >= RETRIES_MAX) throw error;
      }
    }
  }

  #start(): void {
    if (this.#startedAtMs !== undefined) return;
    this.#startedAtMs = this.#clock.monotonicMs();
    for (const adapter of this.#adapters) adapter.start();
  }

  /** Why no adapter can be used; undefined while one can. */
  #trouble(): string | undefined {
    const troubles = this.#adapters.map(({ trouble }) => trouble).filter((trouble) => trouble !== undefined);
    return troubles.length < this.#adapters.length ? undefined : troubles.join(" ");
  }

  /** A lock has one connection, and does not advertise meanwhile: an idle one of ours is in the way. */
  async #endOther(lockId: string): Promise<void> {
    for (const adapter of this.#adapters) {
      const other = adapter.connectionTo(lockId);
      if (other?.use.kind === "busy" && !other.lost.aborted) {
        throw new TransportError("busy", "the gateway is talking to this lock already");
      }
      await other?.close("another connection takes its place");
    }
  }

  #lastHeard(lockId: string): Device | undefined {
    const heard = this.#adapters.map(({ sightings }) => sightings.lastHeard(lockId)).filter((one) => one !== undefined);
    return heard.sort((a, b) => b.heardAtMs - a.heardAtMs)[0];
  }

  /** The adapter that hears the lock best. */
  #best(lockId: string, isPairing: boolean): Heard | undefined {
    const likelier = likelierFirst(this.#clock.monotonicMs());
    return this.#adapters
      .flatMap((adapter) => {
        const device = adapter.sightings.best(lockId);
        const isWanted = device && (!isPairing || (device.flags & BeaconFlag.pairingMode) !== 0);
        return isWanted && !adapter.trouble ? [{ adapter, device }] : [];
      })
      .sort((a, b) => likelier(a.device, b.device))[0];
  }

  /** Settles as soon as the lock advertises as it should; rejects when it has not for long enough. */
  #listenFor(lockId: string, { urgency, isPairing = false, signal }: OpenOptions): Promise<Heard> {
    const withinMs = isPairing ? PAIRING_MODE_WITHIN_MS : HEARD_WITHIN_MS[urgency];
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        timer.cancel();
        this.#listeners.delete(look);
        signal?.removeEventListener("abort", onAbort);
        settle();
      };
      const onAbort = () => end(() => reject(signal?.reason));
      const timer = this.#clock.schedule(withinMs, () => end(() => reject(this.#notHeard(lockId, isPairing))));
      const look = () => {
        const best = this.#best(lockId, isPairing);
        if (best) end(() => resolve(best));
      };
      this.#listeners.add(look);
      signal?.addEventListener("abort", onAbort);
      if (signal?.aborted) onAbort();
      else look();
    });
  }

  #notHeard(lockId: string, isPairing: boolean): TransportError {
    const trouble = this.#trouble();
    if (trouble) return new TransportError("unreachable", trouble);
    const heard = this.#lastHeard(lockId);
    if (isPairing && this.#best(lockId, false)) {
      return new TransportError(
        "unreachable",
        "the lock is in range but not in pairing mode: press the button inside the door",
      );
    }
    const silentMs = heard && this.#clock.monotonicMs() - heard.heardAtMs;
    return new TransportError("unreachable", `no lock with this id is heard over Bluetooth: ${seenWords(silentMs)}`);
  }

  /**
   * What the lock's table looked like is forgotten when the device does not prove to be the lock: at once if we have hung up on it, and
   * the second time in a row if it was lost, which the first time may be the radio's doing.
   */
  async #subscribe({ connection }: Connected, device: Device): Promise<BleChannel> {
    const { peripheral, lost } = connection;
    let isProved = false;
    lost.addEventListener("abort", () => {
      if (isProved) return;
      device.failures++;
      if (!connection.wasLost || device.failures > 1) device.handles = undefined;
    });
    let handles: Handles;
    try {
      handles = await subscribe({ peripheral, clock: this.#clock, lost }, device.handles);
    } catch (error) {
      await connection.close();
      throw error;
    }
    return new BleChannel(this.#clock, connection, handles, () => {
      isProved = true;
      device.failures = 0;
      device.handles = handles;
    });
  }
}
