import type { Clock } from "../../protocol/clock.ts";

/** Where the lock's log ended when it last said so. */
export interface LogEnd {
  seq: number;
  head: Uint8Array;
}

/** What a lock tells of itself, in caps, STATUS and other responses. `time` in seconds since 1970 by its own clock. */
export interface Telling {
  challenge?: Uint8Array;
  time?: number;
  flags?: number;
  seq?: number;
  head?: Uint8Array;
}

/** The challenge of our slot, 8 bytes, and the wall time at which the lock last named it. */
export interface HeardChallenge {
  value: Uint8Array;
  atMs: number;
}

/** What a lock last told of itself, in whichever session; its clock is run on by ours. */
export class LockWord {
  readonly #clock: Clock;
  #challenge: HeardChallenge | undefined;
  #flags: number | undefined;
  #logEnd: LogEnd | undefined;
  #time: { lockSeconds: number; atMs: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hear({ challenge, time, flags, seq, head }: Telling): void {
    if (challenge) this.#challenge = { value: challenge, atMs: this.#clock.wallMs() };
    if (flags !== undefined) this.#flags = flags;
    if (time !== undefined) this.#time = { lockSeconds: time, atMs: this.#clock.monotonicMs() };
    if (seq !== undefined && head) this.#logEnd = { seq, head };
  }

  /** Undefined until the lock has told all of it. */
  get whole(): { challenge: Uint8Array; lockSeconds: number; flags: number; logEnd: LogEnd } | undefined {
    const { lockSeconds } = this;
    if (!this.#challenge || lockSeconds === undefined || this.#flags === undefined || !this.#logEnd) return undefined;
    return { challenge: this.#challenge.value, lockSeconds, flags: this.#flags, logEnd: this.#logEnd };
  }

  /** What the next order or time token has to be over, as far as it is known (protocol.md §7). */
  get challenge(): HeardChallenge | undefined {
    return this.#challenge;
  }

  get lockSeconds(): number | undefined {
    if (!this.#time) return undefined;
    return this.#time.lockSeconds + Math.floor((this.#clock.monotonicMs() - this.#time.atMs) / 1_000);
  }
}
