import { RecordType } from "../../../protocol/log/record.ts";
import type { Tamper } from "../../hal.ts";
import type { EventLog } from "../event-log.ts";

/** Writes down that the case was opened, and again at every boot that finds it open (protocol.md §9, type 12). */
export class TamperWatch {
  readonly #contact: Tamper;
  readonly #log: EventLog;
  #isOpen = false;

  constructor(contact: Tamper, log: EventLog) {
    this.#contact = contact;
    this.#log = log;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  tick(): void {
    const wasOpen = this.#isOpen;
    this.#isOpen = this.#contact.isOpen();
    if (this.#isOpen && !wasOpen) this.#log.append({ type: RecordType.tamper });
  }
}
