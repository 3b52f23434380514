import type { Key } from "../../hal.ts";

/** Whoever pauses for so long has given up. */
const PAUSE_MS_MAX = 10_000;
/** One more than a PIN has: enough to know that it is none. */
const DIGITS_MAX = 13;

/** What the keys came to: digits and "#", perhaps no PIN at all; or digits that nobody finished. */
export type Entry = { kind: "confirmed"; digits: string } | { kind: "abandoned" };

/** Puts keys together to entries: digits, then "#". "*" begins anew. However many keys come, it remembers a few. */
export class KeypadEntry {
  #digits = "";
  #lastKeyAtMs = 0;

  /** An entry if this key ends one. "#" alone says nothing. */
  take(key: Key, nowMs: number): Entry | undefined {
    this.#lastKeyAtMs = nowMs;
    if (key !== "#" && key !== "*") {
      if (this.#digits.length < DIGITS_MAX) this.#digits += key;
      return undefined;
    }
    const digits = this.#clear();
    return key === "#" && digits !== "" ? { kind: "confirmed", digits } : undefined;
  }

  /** Gives up on keys that nobody went on with. Ask before the next key is taken. */
  expire(nowMs: number): Entry | undefined {
    if (this.#digits === "" || nowMs - this.#lastKeyAtMs < PAUSE_MS_MAX) return undefined;
    this.#clear();
    return { kind: "abandoned" };
  }

  /** Uptime in milliseconds at which `expire` gives up; undefined while no key waits for the next. */
  wakeAt(): number | undefined {
    return this.#digits === "" ? undefined : this.#lastKeyAtMs + PAUSE_MS_MAX;
  }

  #clear(): string {
    const digits = this.#digits;
    this.#digits = "";
    return digits;
  }
}
