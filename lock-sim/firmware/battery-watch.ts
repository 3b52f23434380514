import { auxOf } from "../../protocol/log/aux.ts";
import { RecordType } from "../../protocol/log/record.ts";
import type { Battery, Signals, Uptime } from "../hal.ts";
import type { EventLog } from "./event-log.ts";

/** Time to change the battery: four AA cells at 1 V. */
const LOW_MILLIVOLT = 4000;
/** A battery is new again only this much above: voltage recovers a little after every load. */
const REPLACED_MILLIVOLT = LOW_MILLIVOLT + 500;
/** Below this the motor might not reach its end stop: the lock does not begin what it may not finish. */
const TOO_LOW_MILLIVOLT = 3600;
const LOOK_INTERVAL_MS = 60_000;

const LOW = 0;
const REPLACED = 1;

/** Writes down when the battery gets low and when it is new again (protocol.md §9, type 14). */
export class BatteryWatch {
  readonly #battery: Battery;
  readonly #signals: Signals;
  readonly #uptime: Uptime;
  readonly #log: EventLog;
  #isLow = false;
  #lookAtMs = 0;

  constructor(battery: Battery, signals: Signals, uptime: Uptime, log: EventLog) {
    this.#battery = battery;
    this.#signals = signals;
    this.#uptime = uptime;
    this.#log = log;
  }

  get isLow(): boolean {
    return this.#isLow;
  }

  isTooLow(): boolean {
    return this.#battery.millivolt() < TOO_LOW_MILLIVOLT;
  }

  tick(): void {
    if (this.#uptime.milliseconds() < this.#lookAtMs) return;
    this.#lookAtMs = this.#uptime.milliseconds() + LOOK_INTERVAL_MS;
    const millivolt = this.#battery.millivolt();
    if (!this.#isLow && millivolt < LOW_MILLIVOLT) {
      this.#isLow = true;
      this.#log.append({ type: RecordType.battery, n: LOW, aux: auxOf({ value: millivolt }) });
      this.#signals.show("low-battery");
    } else if (this.#isLow && millivolt >= REPLACED_MILLIVOLT) {
      this.#isLow = false;
      this.#log.append({ type: RecordType.battery, n: REPLACED, aux: auxOf({ value: millivolt }) });
    }
  }
}
