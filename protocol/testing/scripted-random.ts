import assert from "node:assert/strict";
import type { Random } from "../random.ts";

/** Random bytes written down beforehand: each call takes the next entry, which must have just the length asked for. */
export class ScriptedRandom implements Random {
  readonly #entries: Uint8Array[];

  constructor(...entries: Uint8Array[]) {
    this.#entries = entries;
  }

  bytes(length: number): Uint8Array {
    const entry = this.#entries.shift();
    assert.equal(entry?.length, length, "the script has no such bytes here");
    return Uint8Array.from(entry!);
  }
}
