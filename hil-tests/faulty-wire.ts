import type { Clock } from "../protocol/clock.ts";

/** What a wire does to the bytes that pass. `corrupt` turns over the lowest bit of every `everyBytes`-th byte. */
export type Fault =
  | { kind: "none" }
  | { kind: "drop" }
  | { kind: "delay"; clock: Clock; delayMs: number }
  | { kind: "corrupt"; everyBytes: number }
  | { kind: "cut"; afterBytes: number };

/** One direction of a line. Faults take hold of the bytes sent from then on, counted from the moment the fault was set. */
export class FaultyWire {
  readonly #deliver: (bytes: Uint8Array) => void;
  #fault: Fault = { kind: "none" };
  #passedBytes = 0;

  constructor(deliver: (bytes: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  setFault(fault: Fault): void {
    this.#fault = fault;
    this.#passedBytes = 0;
  }

  send(bytes: Uint8Array): void {
    const fault = this.#fault;
    const before = this.#passedBytes;
    this.#passedBytes += bytes.length;
    switch (fault.kind) {
      case "none":
        this.#deliver(bytes);
        return;
      case "drop":
        return;
      case "delay":
        fault.clock.schedule(fault.delayMs, () => this.#deliver(bytes));
        return;
      case "corrupt":
        this.#deliver(bytes.map((byte, at) => ((before + at + 1) % fault.everyBytes === 0 ? byte ^ 1 : byte)));
        return;
      case "cut": {
        const whole = bytes.subarray(0, Math.max(0, fault.afterBytes - before));
        if (whole.length > 0) this.#deliver(whole);
        return;
      }
      default:
        fault satisfies never;
    }
  }
}
