import { nobleSuite } from "../../../crypto/noble.ts";
import { opensslSuite } from "../../../crypto/openssl.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import { memoryLock } from "../../../lock-sim/memory-lock.ts";
import { beaconOf } from "../../../lock-sim/port/ble/beacon-of.ts";
import type { Bleno } from "../../../lock-sim/port/ble/bleno.ts";
import { BlePort } from "../../../lock-sim/port/ble.ts";
import type { LinkEnd } from "../../../lock-sim/port/port.ts";
import type { Clock } from "../../../protocol/clock.ts";
import { formatLabel } from "../../../protocol/documents/label.ts";
import type { Random } from "../../../protocol/random.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { Controller } from "../../radio/controller.ts";
import { freshBleno } from "../../radio/testing/hosts.ts";

/** What goes between a lock and its radio, for tests that look or meddle. */
export type Between = (lock: LinkEnd) => LinkEnd;

/** A lock in memory that advertises with an unmodified bleno on a virtual controller. */
export class AirLock {
  readonly lock: Lock;
  readonly lockId: string;
  readonly label: string;
  readonly controller: Controller;
  readonly #port: BlePort;

  /** The firmware's suite is the fast one: this is about the radio. */
  constructor(clock: Clock, random: Random, controller: Controller, between: Between = (lock) => lock) {
    const product = { model: "Emulated", hardware: 1, firmware: 1 };
    const { lock, label } = memoryLock({ clock, random, suite: opensslSuite, product });
    this.lock = lock;
    this.lockId = toHex(label.lockId);
    this.label = formatLabel(nobleSuite, label);
    this.controller = controller;
    lock.powerOn();
    const bleno = freshBleno(controller) as unknown as Bleno;
    this.#port = new BlePort(between(lock), beaconOf(lock, label.lockId), bleno, clock);
  }

  get via(): string {
    return `ble:${this.lockId}`;
  }

  /** Settles when it advertises. */
  async start(): Promise<void> {
    await this.#port.start();
  }

  close(): Promise<void> {
    return this.#port.close();
  }
}
