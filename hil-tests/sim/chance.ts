import { createHash } from "node:crypto";
import type { Random } from "../../protocol/random.ts";

/**
 * Random numbers that a seed and a name replay (sfc32, 128 bits of state). Each part of a world has a stream of its own, so that
 * one more draw here changes nothing there, and two streams never run into each other.
 */
export class Chance implements Random {
  readonly #name: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(name: string) {
    const seed = createHash("sha256").update(name).digest();
    this.#name = name;
    this.#a = seed.readInt32BE(0);
    this.#b = seed.readInt32BE(4);
    this.#c = seed.readInt32BE(8);
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** Another stream, which depends on the name alone and not on what was drawn here. */
  fork(name: string): Chance {
    return new Chance(`${this.#name}/${name}`);
  }

  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) {
      const word = this.uint32();
      bytes[at] = word >>> 24;
      bytes[at + 1] = word >>> 16;
      bytes[at + 2] = word >>> 8;
      bytes[at + 3] = word;
    }
    return bytes;
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * limit);
  }

  /** A whole number, both ends included. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** True `share` of the time, from 0 to 1. */
  happens(share: number): boolean {
    return this.uint32() < share * 2 ** 32;
  }

  pick<T>(of: readonly [T, ...T[]]): T;
  pick<T>(of: readonly T[]): T | undefined;
  pick<T>(of: readonly T[]): T | undefined {
    return of[this.below(of.length)];
  }

  /** A wait whose mean is `meanMs`: from almost nothing to about twice that, in whole milliseconds. */
  around(meanMs: number): number {
    return 1 + this.below(2 * meanMs);
  }
}
