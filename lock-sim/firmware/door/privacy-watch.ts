import { RecordType } from "../../../protocol/log/record.ts";
import type { PrivacyButton } from "../../hal.ts";
import type { EventLog } from "../event-log.ts";
import type { LogStore } from "../storage/log-store.ts";

const ON = 0;
const OFF = 1;

/**
 * Whether somebody inside wants to be left alone, and its records (protocol.md §9, type 22). Only the hand that turned the
 * switch on turns it off: neither an opening, nor time, nor a power cut does.
 */
export class PrivacyWatch {
  readonly #button: PrivacyButton;
  readonly #log: EventLog;
  #isOn = false;

  constructor(button: PrivacyButton, log: EventLog) {
    this.#button = button;
    this.#log = log;
  }

  /** At boot: what the log said last. A switch that was turned in the dark is noticed at the first tick. */
  recover(store: LogStore): void {
    for (const { type, n } of store.newestFirst()) {
      if (type !== RecordType.privacy) continue;
      this.#isOn = n === ON;
      return;
    }
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  tick(): void {
    if (this.#button.isOn() === this.#isOn) return;
    this.#isOn = !this.#isOn;
    this.#log.append({ type: RecordType.privacy, n: this.#isOn ? ON : OFF });
  }
}
