import type { Random } from "../../protocol/random.ts";

/** Delays that double from `firstMs` up to `maxMs`, each shortened at random by up to half, so that many do not come at once. */
export class Backoff {
  readonly #random: Random;
  readonly #firstMs: number;
  readonly #maxMs: number;
  #failures = 0;

  constructor(random: Random, limits: { firstMs: number; maxMs: number }) {
    this.#random = random;
    this.#firstMs = limits.firstMs;
    this.#maxMs = limits.maxMs;
  }

  /** Counts one more failure and says how long to wait, in milliseconds. */
  nextMs(): number {
    const fullMs = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#failures);
    // Past the longest delay the count need not grow, and the power must not overflow.
    if (fullMs < this.#maxMs) this.#failures++;
    return Math.ceil(fullMs * (1 - this.#unit() / 2));
  }

  reset(): void {
    this.#failures = 0;
  }

  /** From 0 up to, not including, 1. */
  #unit(): number {
    const bytes = this.#random.bytes(4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32;
  }
}
