import type { Clock } from "../../protocol/clock.ts";

/** Which nonces were used lately, for as long as a signature can be shown again. */
export class NonceMemory {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #max: number;
  /** When each was used, oldest first. */
  readonly #usedAtMs = new Map<string, number>();

  constructor(clock: Clock, keepMs: number, max: number) {
    this.#clock = clock;
    this.#keepMs = keepMs;
    this.#max = max;
  }

  /** False if it was used lately, or if nothing more can be remembered: to forget one too early would let it be used twice. */
  use(nonce: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    for (const [old, atMs] of this.#usedAtMs) {
      if (nowMs - atMs <= this.#keepMs) break;
      this.#usedAtMs.delete(old);
    }
    if (this.#usedAtMs.has(nonce) || this.#usedAtMs.size >= this.#max) return false;
    this.#usedAtMs.set(nonce, nowMs);
    return true;
  }
}
