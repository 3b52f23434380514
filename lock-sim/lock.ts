import type { Suite } from "../crypto/suite.ts";
import type { Clock, Timer } from "../protocol/clock.ts";
import type { Random } from "../protocol/random.ts";
import { Firmware } from "./firmware/firmware.ts";
import type { Product } from "./firmware/parts.ts";
import type { Hal } from "./hal.ts";
import type { EmulatedBattery } from "./hardware/battery.ts";
import type { EmulatedBolt } from "./hardware/bolt.ts";
import type { EmulatedDoor } from "./hardware/door-sensor.ts";
import { type MemoryFlash, PowerCut } from "./hardware/memory-flash.ts";
import type { EmulatedRtc } from "./hardware/rtc.ts";
import type { EmulatedSignals } from "./hardware/signals.ts";
import { LinkCounters } from "./link-counters.ts";

/** What a lock is built of. The flash must hold an identity (factory.ts). */
export interface LockHardware {
  readonly flash: MemoryFlash;
  readonly rtc: EmulatedRtc;
  readonly bolt: EmulatedBolt;
  readonly door: EmulatedDoor;
  readonly battery: EmulatedBattery;
  readonly signals: EmulatedSignals;
}

/** The lock's end of one connection: one TCP connection, or one address on a serial line. */
export interface Carrier {
  send(frame: Uint8Array): void;
  /** The lock has ended the connection, or lost power. */
  close(): void;
}

/**
 * A whole lock: hardware that is always there, and firmware as long as there is power.
 *
 * Runs in any process under any Clock and Random. Frames and button presses that come while it is off are lost. A power cut
 * that the flash was told to make turns it off; `powerOn` then boots from what is left.
 */
export class Lock {
  readonly hardware: LockHardware;
  readonly counters = new LinkCounters();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #suite: Suite;
  readonly #product: Product;
  readonly #carriers = new Map<number, Carrier>();
  #firmware: Firmware | undefined;
  #poweredAtMs = 0;
  #nextConnection = 1;
  #wake: Timer | undefined;
  #powerReturns: Timer | undefined;

  constructor(hardware: LockHardware, clock: Clock, random: Random, suite: Suite, product: Product) {
    this.hardware = hardware;
    this.#clock = clock;
    this.#random = random;
    this.#suite = suite;
    this.#product = product;
  }

  /** The running firmware; undefined without power. */
  get firmware(): Firmware | undefined {
    return this.#firmware;
  }

  get uptimeMs(): number {
    return this.#firmware ? this.#clock.monotonicMs() - this.#poweredAtMs : 0;
  }

  powerOn(): void {
    this.#powerReturns?.cancel();
    if (this.#firmware) return;
    this.hardware.flash.powerOn();
    this.#poweredAtMs = this.#clock.monotonicMs();
    this.#firmware = new Firmware(this.#hal(), this.#suite, this.#product);
    this.#run((firmware) => firmware.boot());
  }

  /** As if the battery fell out: RAM, connections and the motor's turning are gone, at once. */
  powerOff(): void {
    this.#powerReturns?.cancel();
    this.#wake?.cancel();
    this.#firmware = undefined;
    this.hardware.bolt.stop();
    const carriers = [...this.#carriers.values()];
    this.#carriers.clear();
    for (const carrier of carriers) carrier.close();
  }

  powerCycle(offMs: number): void {
    this.powerOff();
    this.#powerReturns = this.#clock.schedule(offMs, () => this.powerOn());
  }

  /** A new connection's number, or undefined if the lock takes none: no power, or too many. */
  connect(carrier: Carrier): number | undefined {
    if (!this.#firmware) return undefined;
    const connection = this.#nextConnection++;
    this.#carriers.set(connection, carrier);
    this.#run((firmware) => firmware.connected(connection));
    return this.#carriers.has(connection) ? connection : undefined;
  }

  /** The far end has gone. A connection that the lock has ended itself is none any more. */
  disconnect(connection: number): void {
    if (this.#carriers.delete(connection)) this.#run((firmware) => firmware.disconnected(connection));
  }

  receive(connection: number, frame: Uint8Array): void {
    if (!this.#carriers.has(connection)) return;
    this.counters.countIn();
    this.#run((firmware) => firmware.receive(connection, frame));
  }

  pressPairingButton(): void {
    this.#run((firmware) => firmware.pressPairingButton());
  }

  /** By hand, at the lock. */
  factoryReset(): void {
    this.#run((firmware) => firmware.factoryReset());
  }

  #run(work: (firmware: Firmware) => void): void {
    if (!this.#firmware) return;
    try {
      work(this.#firmware);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.powerOff();
      return;
    }
    this.#scheduleWake();
  }

  #scheduleWake(): void {
    this.#wake?.cancel();
    const wakeAtMs = this.#firmware?.wakeAt();
    if (wakeAtMs === undefined) return;
    this.#wake = this.#clock.schedule(Math.max(0, wakeAtMs - this.uptimeMs), () =>
      this.#run((firmware) => firmware.tick()),
    );
  }

  #hal(): Hal {
    return {
      ...this.hardware,
      uptime: { milliseconds: () => this.uptimeMs },
      entropy: this.#random,
      link: {
        send: (connection, frame) => this.#send(connection, frame),
        close: (connection) => this.#close(connection),
      },
    };
  }

  #send(connection: number, frame: Uint8Array): void {
    const carrier = this.#carriers.get(connection);
    if (!carrier) return;
    this.counters.countOut(frame);
    carrier.send(frame);
  }

  #close(connection: number): void {
    const carrier = this.#carriers.get(connection);
    this.#carriers.delete(connection);
    carrier?.close();
  }
}
