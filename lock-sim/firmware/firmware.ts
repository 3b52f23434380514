import type { Suite } from "../../crypto/suite.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import type { CarrierKind, Hal } from "../hal.ts";
import { beaconFlags } from "./beacon-flags.ts";
import { bootLock } from "./boot.ts";
import { refuseWhileWaiting, takeFrame, takeOutcome } from "./dispatch.ts";
import { lookAtDoor } from "./door/at-door.ts";
import { resetToFactory } from "./factory-reset.ts";
import type { Parts, Product } from "./parts.ts";
import { endUnproven, unprovenUntil } from "./unproven.ts";

/**
 * A lock of LK1, on nothing but a `Hal`. It is told of frames, of hands and of time, and answers through
 * `hal.link`, at once or, when the bolt has to travel first, in a later `tick`.
 */
export class Firmware {
  readonly #hal: Hal;
  readonly #suite: Suite;
  readonly #product: Product;
  #running: Parts | undefined;

  constructor(hal: Hal, suite: Suite, product: Product) {
    this.#hal = hal;
    this.#suite = suite;
    this.#product = product;
  }

  /** Power has come. Throws if flash holds no identity. */
  boot(): void {
    this.#running = bootLock(this.#hal, this.#suite, this.#product);
    this.tick();
  }

  connected(connection: number, carrier: CarrierKind = "wire"): void {
    const { connections, diagnostics } = this.#parts;
    if (connections.open(connection, carrier, this.#hal.uptime.milliseconds())) return;
    diagnostics.count("tooManyConnections");
    this.#hal.link.close(connection);
  }

  disconnected(connection: number): void {
    this.#parts.connections.close(connection);
    this.#parts.openLimits.disconnected(connection);
  }

  /** A whole frame; the carrier has checked it as far as carriers do. */
  receive(id: number, frame: Uint8Array): void {
    const parts = this.#parts;
    const connection = parts.connections.get(id);
    if (!connection) return;
    const { lastRequest, storedReply, waiting } = connection;
    const isResend = lastRequest !== undefined && equalBytes(lastRequest, frame);
    // The first of all checks: whatever this request once did, it is not done again.
    if (isResend && storedReply) this.#hal.link.send(id, storedReply);
    else if (!waiting) takeFrame(parts, connection, frame);
    else if (!isResend) refuseWhileWaiting(parts, connection);
  }

  /** Call when `wakeAt` is due, and at any time after; also when something moved that raises an interrupt (hal.ts). */
  tick(): void {
    const parts = this.#parts;
    const nowMs = this.#hal.uptime.milliseconds();
    if (!parts.pairing.isOn(nowMs)) parts.connections.endPairings();
    parts.bolt.noticeHand();
    const outcome = parts.acts.poll();
    if (outcome) takeOutcome(parts, outcome);
    endUnproven(parts);
    parts.privacy.tick();
    parts.lockout.tick();
    lookAtDoor(parts);
    parts.bolt.tick();
    parts.door.tick();
    parts.tamper.tick();
    parts.battery.tick();
  }

  /** When the first thing is due that no interrupt will tell of: uptime in milliseconds; undefined before boot. */
  wakeAt(): number | undefined {
    if (!this.#running) return undefined;
    const { bolt, pairing, keypad, lockout, door, battery } = this.#running;
    const due = [
      bolt.wakeAt(),
      pairing.wakeAt(this.#hal.uptime.milliseconds()),
      keypad.wakeAt(),
      lockout.wakeAt(),
      door.wakeAt(),
      battery.wakeAt(),
      unprovenUntil(this.#running),
    ];
    return Math.min(...due.filter((atMs) => atMs !== undefined));
  }

  /** The button inside the door. */
  pressPairingButton(): void {
    this.#parts.pairing.enter(this.#hal.uptime.milliseconds());
    this.#hal.signals.show("pairing");
  }

  /** By hand, at the lock. Sessions end, the lines they came over do not. */
  factoryReset(): void {
    const lines = Array.from(this.#parts.connections.all(), ({ id, carrier }) => ({ id, carrier }));
    resetToFactory(this.#parts);
    this.boot();
    for (const { id, carrier } of lines) this.connected(id, carrier);
  }

  /** The flags that the lock advertises now (protocol.md §10). */
  get beaconFlags(): number {
    return beaconFlags(this.#parts);
  }

  /** What a running lock consists of: for the rig that shows an emulated one, never for a link. */
  get inside(): Parts {
    return this.#parts;
  }

  get #parts(): Parts {
    if (!this.#running) throw new Error("the lock has no power: boot it first");
    return this.#running;
  }
}
