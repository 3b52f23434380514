import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { type Clock, delay } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import type { Caps } from "../../protocol/session/caps.ts";
import { readO2, startOpen } from "../../protocol/session/open.ts";
import type { SecureChannel } from "../../protocol/session/secure-channel.ts";
import { wipe } from "../../protocol/session/wipe.ts";
import { RefusedByPeer } from "../../protocol/wire/expect-message.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { type Channel, TransportError, type Urgency } from "../transport/channel.ts";
import type { SlotKeys } from "./slot-keys.ts";

/** A lock does at most one DH in this time per slot (protocol.md §3). */
const OPEN_EVERY_MS = 250;
/** After this many OPENs in a row without a C that verified, a lock wants a second between them. */
const OPENS_AT_FULL_PACE = 3;
const OPEN_SLOWLY_EVERY_MS = 1_000;
const O2_WITHIN_MS = 3_000;
/** How often one attempt asks again a lock that says it is busy (ERR 2). */
const BUSY_TRIES_MAX = 4;

export interface OpenerParts {
  suite: Suite;
  random: Random;
  clock: Clock;
  keys: SlotKeys;
  closing: AbortSignal;
}

/** OPEN with one lock (protocol.md §3), no faster than the lock allows. */
export class Opener {
  readonly #parts: OpenerParts;
  #lastMs = Number.NEGATIVE_INFINITY;
  #unproved = 0;
  #silences = 0;

  constructor(parts: OpenerParts) {
    this.#parts = parts;
  }

  /** Throws TransportError or ProtocolError. */
  async open(carrier: Channel, urgency: Urgency): Promise<{ channel: SecureChannel; rms: Secret; caps: Caps }> {
    const { suite, random, keys } = this.#parts;
    const slot = keys.take();
    try {
      for (let tries = 1; ; tries++) {
        await this.#pace();
        const { state, o1 } = startOpen(suite, random, slot.slot, slot.pmk);
        try {
          const o2 = await carrier.request(o1, { deadlineMs: O2_WITHIN_MS, urgency });
          this.#silences = 0;
          return readO2(suite, state, o2);
        } catch (error) {
          wipe(state);
          if (error instanceof TransportError && error.code === "timeout") this.#silences++;
          const isBusy = error instanceof RefusedByPeer && error.err === Err.busy;
          if (!isBusy || tries >= BUSY_TRIES_MAX) throw error;
        }
      }
    } finally {
      slot.pmk.wipe();
    }
  }

  /** How many OPENs in a row have had no answer at all, on channels that could be opened. */
  get silences(): number {
    return this.#silences;
  }

  /** A command has been answered: the lock counts anew. */
  proved(): void {
    this.#unproved = 0;
  }

  /** Waits until the lock may be asked for another DH. */
  async #pace(): Promise<void> {
    const { clock, closing } = this.#parts;
    const everyMs = this.#unproved < OPENS_AT_FULL_PACE ? OPEN_EVERY_MS : OPEN_SLOWLY_EVERY_MS;
    const waitMs = this.#lastMs + everyMs - clock.monotonicMs();
    if (waitMs > 0) await delay(clock, waitMs, closing);
    this.#lastMs = clock.monotonicMs();
    this.#unproved++;
  }
}
