import type { Random } from "../../../protocol/random.ts";

/** Dice over random bytes: of a seeded source they fall alike in every run. */
export class Chance {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** From 0 up to, not including, 1. */
  unit(): number {
    const [a, b, c, d] = this.#random.bytes(4) as unknown as [number, number, number, number];
    return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) / 2 ** 32;
  }

  /** Casts no die for what is certain or impossible. */
  happens(probability: number): boolean {
    if (probability <= 0) return false;
    return probability >= 1 || this.unit() < probability;
  }

  /** A normal variable of mean 0 (Box–Muller). */
  normal(standardDeviation: number): number {
    if (standardDeviation === 0) return 0;
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    return standardDeviation * radius * Math.cos(2 * Math.PI * this.unit());
  }
}
