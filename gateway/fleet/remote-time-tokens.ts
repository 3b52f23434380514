import type { Clock } from "../../protocol/clock.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import type { TimeTokens } from "../sync/time-tokens.ts";

/** A lock takes no token over a challenge that is older, and by then the time in it is late. */
const TOKEN_KEPT_MS = 120_000;

/** A challenge over which a lock wants to be told the time. */
export interface TimeWish {
  challenge: Uint8Array;
  /** Wall time at which it was first asked for. */
  sinceMs: number;
}

/** Tokens that a remote issuer has signed, one for each lock; and for which locks one is wanted. Nothing of this outlives the process: nor would its challenges. */
export class RemoteTimeTokens implements TimeTokens {
  readonly #clock: Clock;
  readonly #tokens = new Map<string, { challenge: Uint8Array; token: Uint8Array; atMs: number }>();
  readonly #wishes = new Map<string, TimeWish>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives the token out once: a lock takes none twice. Without one, the wish stands until there is. */
  async tokenFor(lockId: string, challenge: Uint8Array): Promise<Uint8Array | undefined> {
    const found = this.#tokens.get(lockId);
    this.#tokens.delete(lockId);
    const isFresh = found && this.#clock.monotonicMs() - found.atMs < TOKEN_KEPT_MS;
    if (isFresh && equalBytes(found.challenge, challenge)) {
      this.#wishes.delete(lockId);
      return found.token;
    }
    const wish = this.#wishes.get(lockId);
    if (!wish || !equalBytes(wish.challenge, challenge)) {
      this.#wishes.set(lockId, { challenge, sinceMs: this.#clock.wallMs() });
    }
    return undefined;
  }

  /** For this lock, over the challenge that it wants a token over. */
  put(lockId: string, challenge: Uint8Array, token: Uint8Array): void {
    this.#tokens.set(lockId, { challenge, token, atMs: this.#clock.monotonicMs() });
  }

  wish(lockId: string): TimeWish | undefined {
    return this.#wishes.get(lockId);
  }
}
