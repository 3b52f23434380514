import { equalBytes } from "../../protocol/wire/bytes.ts";
import { CHALLENGE_BYTES } from "../../protocol/wire/responses.ts";
import type { Entropy, Uptime } from "../hal.ts";

/** What an order or a time token must name to count: one per slot, and one per PASS session (protocol.md §7). */
export class Challenge {
  readonly #entropy: Entropy;
  readonly #uptime: Uptime;
  #bytes: Uint8Array;
  #drawnAtMs: number;

  constructor(entropy: Entropy, uptime: Uptime) {
    this.#entropy = entropy;
    this.#uptime = uptime;
    this.#bytes = entropy.bytes(CHALLENGE_BYTES);
    this.#drawnAtMs = uptime.milliseconds();
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Whole seconds of uptime since it was drawn. */
  ageSeconds(): number {
    return Math.floor((this.#uptime.milliseconds() - this.#drawnAtMs) / 1000);
  }

  isNamedBy(document: { readonly challenge: Uint8Array }): boolean {
    return equalBytes(this.#bytes, document.challenge);
  }

  /** Whoever named the old one has spent it. */
  draw(): void {
    this.#bytes = this.#entropy.bytes(CHALLENGE_BYTES);
    this.#drawnAtMs = this.#uptime.milliseconds();
  }
}
