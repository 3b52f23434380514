import type { Clock, Timer } from "../../../protocol/clock.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { BackendAnswer } from "../backend-answer.ts";
import { UplinkError } from "../uplink.ts";

interface Awaited {
  resolve: (answer: BackendAnswer) => void;
  reject: (error: UplinkError) => void;
  timer: Timer;
}

/** Batches that are on their way, by correlation data, until the backend's own word on each has come. */
export class Receipts {
  readonly #clock: Clock;
  readonly #awaited = new Map<string, Awaited>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves with the answer that carries this correlation data, or rejects with `late()` after `withinMs`. */
  expect(correlation: Uint8Array, withinMs: number, late: () => UplinkError): Promise<BackendAnswer> {
    const key = toHex(correlation);
    return new Promise((resolve, reject) => {
      const timer = this.#clock.schedule(withinMs, () => this.#take(key)?.reject(late()));
      this.#awaited.set(key, { resolve, reject, timer });
    });
  }

  /** Whether anybody waited for it. */
  arrived(correlation: Uint8Array | undefined, answer: BackendAnswer | UplinkError): boolean {
    const awaited = correlation && this.#take(toHex(correlation));
    if (answer instanceof UplinkError) awaited?.reject(answer);
    else awaited?.resolve(answer);
    return awaited !== undefined;
  }

  /** Nobody waits for it any more. */
  forget(correlation: Uint8Array): void {
    this.#take(toHex(correlation));
  }

  /** What was acknowledged may be forgotten by now, so that nothing is worth waiting for. */
  failAll(error: UplinkError): void {
    for (const key of [...this.#awaited.keys()]) this.#take(key)?.reject(error);
  }

  #take(key: string): Awaited | undefined {
    const awaited = this.#awaited.get(key);
    awaited?.timer.cancel();
    this.#awaited.delete(key);
    return awaited;
  }
}
