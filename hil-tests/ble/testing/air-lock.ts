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
  readonly #bleno: Bleno;
  readonly #port: BlePort;
  #services: object[] = [];

  /** The firmware's suite is the fast one: this is about the radio. */
  constructor(clock: Clock, random: Random, controller: Controller, between: Between = (lock) => lock) {
    const product = { model: "Emulated", hardware: 1, firmware: 1 };
    const { lock, label } = memoryLock({ clock, random, suite: opensslSuite, product });
    this.lock = lock;
    this.lockId = toHex(label.lockId);
    this.label = formatLabel(nobleSuite, label);
    this.controller = controller;
    lock.powerOn();
    this.#bleno = freshBleno(controller) as unknown as Bleno;
    const setServices = this.#bleno.setServices.bind(this.#bleno);
    this.#bleno.setServices = (services) => {
      this.#services = services;
      setServices(services);
    };
    this.#port = new BlePort(between(lock), beaconOf(lock, label.lockId), this.#bleno, clock);
  }

  get via(): string {
    return `ble:${this.lockId}`;
  }

  get isConnected(): boolean {
    const connections = this.lock.firmware?.inside.connections.all() ?? [];
    return [...connections].length > 0;
  }

  /** Settles when it advertises. */
  async start(): Promise<void> {
    await this.#port.start();
  }

  /** As after a firmware update: the service stands at other handles of the GATT table. */
  moveService(): void {
    const { PrimaryService, Characteristic } = this.#bleno;
    const name = new Characteristic({ uuid: "2a24", properties: ["read"] });
    this.#bleno.setServices([new PrimaryService({ uuid: "180a", characteristics: [name] }), ...this.#services]);
  }

  close(): Promise<void> {
    return this.#port.close();
  }
}
