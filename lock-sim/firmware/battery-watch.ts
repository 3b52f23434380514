import type { Action } from "../../protocol/documents/order.ts";
import { auxOf } from "../../protocol/log/aux.ts";
import { RecordType } from "../../protocol/log/record.ts";
import type { Battery, Hal, Signals, Uptime } from "../hal.ts";
import {
  FIRMWARE_MILLIVOLT,
  LOW_MILLIVOLT,
  LOW_UNDER_MOTOR_MILLIVOLT,
  millivoltFor,
  REPLACED_MILLIVOLT,
} from "./battery-levels.ts";
import type { BoltControl } from "./bolt-control.ts";
import type { EventLog } from "./event-log.ts";

/** A battery sinks slowly and raises no interrupt; to measure it so often costs next to nothing. */
const LOOK_INTERVAL_MS = 60_000;

const LOW = 0;
const REPLACED = 1;

/**
 * What the battery is still good for, and when it gets low and is new again (protocol.md §9, type 14). A battery sags while
 * the motor runs, so what it has left is measured at rest.
 */
export class BatteryWatch {
  readonly #battery: Battery;
  readonly #bolt: BoltControl;
  readonly #signals: Signals;
  readonly #uptime: Uptime;
  readonly #log: EventLog;
  #isLow = false;
  #restMillivolt: number | undefined;
  #lookAtMs = 0;

  constructor({ battery, signals, uptime }: Hal, bolt: BoltControl, log: EventLog) {
    this.#battery = battery;
    this.#bolt = bolt;
    this.#signals = signals;
    this.#uptime = uptime;
    this.#log = log;
  }

  get isLow(): boolean {
    return this.#isLow;
  }

  hasEnoughFor(action: Action): boolean {
    return this.#rest() >= millivoltFor(action);
  }

  hasEnoughForFirmware(): boolean {
    return this.#rest() >= FIRMWARE_MILLIVOLT;
  }

  tick(): void {
    const nowMs = this.#uptime.milliseconds();
    if (this.#bolt.isMoving) this.#lookUnderLoad();
    else if (nowMs >= this.#lookAtMs) {
      this.#lookAtMs = nowMs + LOOK_INTERVAL_MS;
      this.#lookAtRest();
    }
  }

  /** Uptime in milliseconds; undefined while the motor runs, which wakes the lock by itself. */
  wakeAt(): number | undefined {
    return this.#bolt.isMoving ? undefined : this.#lookAtMs;
  }

  #lookUnderLoad(): void {
    const millivolt = this.#battery.millivolt();
    if (!this.#isLow && millivolt < LOW_UNDER_MOTOR_MILLIVOLT) this.#warn(millivolt);
  }

  #lookAtRest(): void {
    const millivolt = this.#rest();
    if (!this.#isLow && millivolt < LOW_MILLIVOLT) this.#warn(millivolt);
    else if (this.#isLow && millivolt >= REPLACED_MILLIVOLT) {
      this.#isLow = false;
      this.#log.append({ type: RecordType.battery, n: REPLACED, aux: auxOf({ value: millivolt }) });
    }
  }

  #warn(millivolt: number): void {
    this.#isLow = true;
    this.#log.append({ type: RecordType.battery, n: LOW, aux: auxOf({ value: millivolt }) });
    this.#signals.show("low-battery");
  }

  /** As it is now, or was before the motor began to run; under its load if it has run since boot. */
  #rest(): number {
    if (!this.#bolt.isMoving || this.#restMillivolt === undefined) this.#restMillivolt = this.#battery.millivolt();
    return this.#restMillivolt;
  }
}
