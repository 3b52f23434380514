import { deterministicSuite } from "../../../crypto/testing/deterministic-suite.ts";
import type { OrderClaims } from "../../../protocol/documents/order.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { Happening } from "../happening.ts";

/** First byte of an S1 (protocol.md §1). */
const S1_HEADER = 0x19;
const TAG_BYTES = 8;

interface Entry {
  claims: OrderClaims;
  isSpent: boolean;
  /** What its sender said afterwards: that it did nothing and never will. */
  isDead: boolean;
}

/**
 * Every order that was ever signed, by what an INTENT names it by: its challenge, or the tag of the S1 that carries it
 * (protocol.md §9).
 */
export class OrderBook {
  readonly #byRef = new Map<string, Entry>();
  /** Challenges that an order has spent. */
  readonly #spent = new Set<string>();
  /** By lock, the order that was signed last and may go out in the next S1. */
  readonly #nextToGo = new Map<number, Entry>();

  see(happening: Happening): void {
    switch (happening.kind) {
      case "order-signed": {
        const entry = { claims: happening.claims, isSpent: false, isDead: false };
        this.#byRef.set(refOf(happening.lock, toHex(happening.claims.challenge)), entry);
        if (happening.by !== "phone") this.#nextToGo.set(happening.lock, entry);
        return;
      }
      case "frame":
        if (happening.by === "gateway" && happening.bytes[0] === S1_HEADER) this.#note(happening.lock, happening.bytes);
        return;
      default:
        return;
    }
  }

  /** The order behind an INTENT, which counts as used from now on; or what is wrong with it. */
  take(lock: number, ref: string): OrderClaims | string {
    const entry = this.#byRef.get(refOf(lock, ref));
    if (!entry) return `nobody has signed an order that goes by ${ref}`;
    if (entry.isSpent) return `the order ${ref} was used before`;
    if (entry.isDead) return `the order ${ref} was said to have done nothing`;
    const challenge = refOf(lock, toHex(entry.claims.challenge));
    if (this.#spent.has(challenge)) return `another order has spent the challenge of ${ref}`;
    this.#spent.add(challenge);
    entry.isSpent = true;
    return entry.claims;
  }

  /** Whether the order over this challenge has been used. */
  wasUsed(lock: number, challenge: Uint8Array): boolean {
    return this.#byRef.get(refOf(lock, toHex(challenge)))?.isSpent ?? false;
  }

  /** Its sender has said that the order did nothing: from now on it must not. */
  bury(lock: number, challenge: Uint8Array): void {
    const entry = this.#byRef.get(refOf(lock, toHex(challenge)));
    if (entry) entry.isDead = true;
  }

  #note(lock: number, s1: Uint8Array): void {
    const entry = this.#nextToGo.get(lock);
    if (!entry) return;
    this.#nextToGo.delete(lock);
    const tag = toHex(deterministicSuite.sha256(s1).subarray(0, TAG_BYTES));
    this.#byRef.set(refOf(lock, tag), entry);
  }
}

function refOf(lock: number, ref: string): string {
  return `${lock} ${ref}`;
}
