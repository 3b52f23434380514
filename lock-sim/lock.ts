import type { Suite } from "../crypto/suite.ts";
import type { Clock, Timer } from "../protocol/clock.ts";
import type { Random } from "../protocol/random.ts";
import type { LockHardware } from "./build-hardware.ts";
import type { Work } from "./energy/charge.ts";
import { type CryptoCounts, countCrypto } from "./energy/count-crypto.ts";
import { RadioUse } from "./energy/radio-use.ts";
import { Firmware } from "./firmware/firmware.ts";
import type { Product } from "./firmware/parts.ts";
import { RottenFlash } from "./firmware/storage/bit-rot.ts";
import type { CarrierKind, EndStop, Hal, Key } from "./hal.ts";
import { PowerCut } from "./hardware/memory-flash.ts";
import type { Tag } from "./hardware/tag-reader.ts";
import { LinkCounters } from "./link-counters.ts";

/** The lock's end of one connection: one BLE or TCP connection, or one address on a serial line. */
export interface Carrier {
  /** A wire if it does not say. */
  readonly kind?: CarrierKind;
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
  readonly #crypto: { suite: Suite; counts: () => CryptoCounts };
  readonly #radio = new RadioUse();
  readonly #product: Product;
  readonly #carriers = new Map<number, Carrier>();
  readonly #observers = new Set<() => void>();
  #firmware: Firmware | undefined;
  #failure: string | undefined;
  #poweredAtMs = 0;
  #poweredMsBefore = 0;
  #nextConnection = 1;
  /** The next time that firmware is woken by itself, in milliseconds of uptime. */
  #wake: { readonly atMs: number; readonly timer: Timer } | undefined;
  #powerReturns: Timer | undefined;
  #offMsAfterCut: number | undefined;

  constructor(hardware: LockHardware, clock: Clock, random: Random, suite: Suite, product: Product) {
    this.hardware = hardware;
    this.#clock = clock;
    this.#random = random;
    this.#crypto = countCrypto(suite);
    this.#product = product;
  }

  /** The running firmware; undefined without power. */
  get firmware(): Firmware | undefined {
    return this.#firmware;
  }

  /** Why firmware refused to go on when power came last, in a sentence; undefined if it did not. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get uptimeMs(): number {
    // Whole, as a counter in hardware is: a fraction of one could fall short of a wake-up for ever.
    return this.#firmware ? Math.floor(this.#clock.monotonicMs() - this.#poweredAtMs) : 0;
  }

  /** What it did since it was made, as far as that takes charge from its battery. */
  get work(): Work {
    const { bolt, flash } = this.hardware;
    return {
      poweredMs: this.#poweredMsBefore + this.uptimeMs,
      motorMicrocoulomb: bolt.drawnMicrocoulomb(),
      crypto: this.#crypto.counts(),
      flash: flash.operations,
      radio: this.#radio.countsAt(this.#clock.monotonicMs()),
    };
  }

  powerOn(): void {
    this.#powerReturns?.cancel();
    if (this.#firmware) return;
    this.hardware.flash.powerOn();
    this.#offMsAfterCut = undefined;
    this.#failure = undefined;
    this.#poweredAtMs = this.#clock.monotonicMs();
    this.#firmware = new Firmware(this.#hal(), this.#crypto.suite, this.#product);
    this.#run((firmware) => firmware.boot());
  }

  /** As if the battery fell out: RAM, connections and the motor's turning are gone, at once. */
  powerOff(): void {
    this.#powerReturns?.cancel();
    this.#wake?.timer.cancel();
    this.#wake = undefined;
    this.#poweredMsBefore += this.uptimeMs;
    this.#firmware = undefined;
    this.hardware.bolt.stop();
    this.hardware.keypad.losePower();
    for (const connection of [...this.#carriers.keys()]) this.#close(connection);
    this.#tellObservers();
  }

  powerCycle(offMs: number): void {
    this.powerOff();
    this.#powerReturns = this.#clock.schedule(offMs, () => this.powerOn());
  }

  /**
   * Power goes during the nth flash operation from now (1 = the next) and comes back `offMs` later, or by `powerOn`. Power that
   * goes earlier, for another reason, makes an end of the plan.
   */
  cutPowerAtFlashOperation(n: number, offMs?: number): void {
    this.hardware.flash.powerCutAtOperation(n);
    this.#offMsAfterCut = offMs;
  }

  /** Tells whenever something may have changed, at the lock or around it, until what it returns is called. */
  observe(observer: () => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** A new connection's number, or undefined if the lock takes none: no power, or too many. */
  connect(carrier: Carrier): number | undefined {
    if (!this.#firmware) return undefined;
    const connection = this.#nextConnection++;
    this.#radio.connected(connection, carrier.kind, this.#clock.monotonicMs());
    this.#carriers.set(connection, carrier);
    this.#run((firmware) => firmware.connected(connection, carrier.kind));
    return this.#carriers.has(connection) ? connection : undefined;
  }

  /** The far end has gone. A connection that the lock has ended itself is none any more. */
  disconnect(connection: number): void {
    this.#radio.ended(connection, this.#clock.monotonicMs());
    if (this.#carriers.delete(connection)) this.#run((firmware) => firmware.disconnected(connection));
  }

  receive(connection: number, frame: Uint8Array): void {
    if (!this.#carriers.has(connection)) return;
    this.counters.countIn();
    this.#radio.heard(connection, frame, this.#clock.monotonicMs());
    this.#run((firmware) => firmware.receive(connection, frame));
  }

  pressPairingButton(): void {
    this.#run((firmware) => firmware.pressPairingButton());
  }

  /** By hand, at the lock. */
  factoryReset(): void {
    this.#run((firmware) => firmware.factoryReset());
  }

  /** The keys come as fast as a queue can take them, and firmware is told of the last. Throws RangeError for a key that is none. */
  pressKeys(keys: string): void {
    for (const key of keys) {
      if (!isKey(key)) throw new RangeError("a keypad has the keys 0–9, * and #");
      if (this.#firmware) this.hardware.keypad.press(key);
    }
    this.#look();
  }

  /** Puts the tag into the reader's field, where it stays. */
  presentTag(tag: Tag): void {
    this.hardware.tags.present(tag);
    this.#look();
  }

  removeTag(): void {
    this.hardware.tags.remove();
    this.#look();
  }

  /** A hand on the inside. It moves the bolt whether the lock has power or not. */
  turnThumb(to: EndStop): void {
    this.hardware.thumbTurn.turn(to);
    this.#look();
  }

  setPrivacy(isOn: boolean): void {
    this.hardware.privacy.set(isOn);
    this.#look();
  }

  setDoor(isOpen: boolean): void {
    this.hardware.door.set(isOpen);
    this.#look();
  }

  setCase(isOpen: boolean): void {
    this.hardware.tamper.set(isOpen);
    this.#look();
  }

  /** What the cells have without load. */
  setBattery(millivolt: number): void {
    this.hardware.battery.set({ millivolt });
    this.#look();
  }

  /** Changes something around the lock, as the world does, and lets firmware look at once. */
  disturb(change: (hardware: LockHardware) => void): void {
    change(this.hardware);
    this.#look();
  }

  /** Something moved that raises an interrupt, or the time has come that firmware asked for. */
  #look(): void {
    this.#run((firmware) => firmware.tick());
  }

  #run(work: (firmware: Firmware) => void): void {
    if (this.#firmware) this.#runUntilCut(this.#firmware, work);
    this.#tellObservers();
  }

  #runUntilCut(firmware: Firmware, work: (firmware: Firmware) => void): void {
    try {
      work(firmware);
    } catch (error) {
      this.#stopBy(error);
      return;
    }
    this.#scheduleWake();
  }

  #stopBy(error: unknown): void {
    if (error instanceof RottenFlash) {
      this.#failure = error.message;
      this.powerOff();
      return;
    }
    if (!(error instanceof PowerCut)) throw error;
    if (this.#offMsAfterCut === undefined) this.powerOff();
    else this.powerCycle(this.#offMsAfterCut);
  }

  #tellObservers(): void {
    for (const observer of this.#observers) observer();
  }

  #scheduleWake(): void {
    const wakeAtMs = this.#firmware?.wakeAt();
    if (wakeAtMs === this.#wake?.atMs) return;
    this.#wake?.timer.cancel();
    this.#wake = undefined;
    if (wakeAtMs === undefined) return;
    const timer = this.#clock.schedule(Math.max(0, wakeAtMs - this.uptimeMs), () => {
      this.#wake = undefined;
      this.#look();
    });
    this.#wake = { atMs: wakeAtMs, timer };
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
    this.#radio.sent(connection, frame, this.#clock.monotonicMs());
    carrier.send(frame);
  }

  #close(connection: number): void {
    const carrier = this.#carriers.get(connection);
    this.#carriers.delete(connection);
    this.#radio.ended(connection, this.#clock.monotonicMs());
    carrier?.close();
  }
}

function isKey(key: string): key is Key {
  return /^[0-9*#]$/.test(key);
}
