import type { Clock } from "../../../protocol/clock.ts";

/** Remembers the ids of what was obeyed for as long as a repeat of it could pass for new. */
export class SeenIds {
  readonly #clock: Clock;
  readonly #forMs: number;
  readonly #idsMax: number;
  /** Until when each is remembered, the oldest first. */
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock, limits: { forMs: number; idsMax: number }) {
    this.#clock = clock;
    this.#forMs = limits.forMs;
    this.#idsMax = limits.idsMax;
  }

  /** `full`: to remember this one, another would have to be forgotten too early. */
  take(id: string): "new" | "duplicate" | "full" {
    const nowMs = this.#clock.monotonicMs();
    for (const [old, untilMs] of this.#untilMs) {
      if (untilMs > nowMs) break;
      this.#untilMs.delete(old);
    }
    if (this.#untilMs.has(id)) return "duplicate";
    if (this.#untilMs.size >= this.#idsMax) return "full";
    this.#untilMs.set(id, nowMs + this.#forMs);
    return "new";
  }
}
