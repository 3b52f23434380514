import type { Suite } from "../../crypto/suite.ts";
import { type Clock, delay } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { readA2, startPass } from "../../protocol/session/pass.ts";
import { openResponse, type SecureChannel, sealCommand, wipeChannel } from "../../protocol/session/secure-channel.ts";
import { type Command, encodeCommand } from "../../protocol/wire/commands.ts";
import { RefusedByPeer } from "../../protocol/wire/expect-message.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { decodeResponse, type Response } from "../../protocol/wire/responses.ts";
import type { FrameCarrier } from "./frame-carrier.ts";

/** A lock does at most one DH for all strangers together in this time, in bad times one a second (protocol.md §3, §5). */
const BUSY_WAIT_MS = 250;
/** A BLE connection without an order is ended after 5 s (protocol.md §5). */
const BUSY_WAITS_MAX = 16;

/** What a bearer knows of a lock beforehand, from its issuer. */
export interface KnownLock {
  readonly lockId: Uint8Array;
  /** Compressed point, 33 bytes. */
  readonly sigPk: Uint8Array;
}

export interface PhoneParts {
  suite: Suite;
  random: Random;
  clock: Clock;
}

/**
 * A bearer's session with a lock it was never paired with (PASS, protocol.md §5).
 *
 * It is there only once the lock has proved itself, so nothing can be shown to anyone else. Any failure ends it.
 */
export class PassSession {
  readonly lock: KnownLock;
  readonly #suite: Suite;
  readonly #carrier: FrameCarrier;
  #channel: SecureChannel;
  #challenge: Uint8Array;

  private constructor(
    suite: Suite,
    carrier: FrameCarrier,
    lock: KnownLock,
    opened: { channel: SecureChannel; challenge: Uint8Array },
  ) {
    this.#suite = suite;
    this.#carrier = carrier;
    this.lock = lock;
    this.#channel = opened.channel;
    this.#challenge = opened.challenge;
  }

  /**
   * A1 and A2; a lock that is busy with strangers is asked again for up to 4 s. The carrier stays the caller's to close.
   * Throws ProtocolError("wrong-lock" | "wrong-signature" | …) if it is not this lock that answers, RefusedByPeer if it
   * stays busy, TransportError.
   */
  static async open(
    { suite, random, clock }: PhoneParts,
    carrier: FrameCarrier,
    lock: KnownLock,
  ): Promise<PassSession> {
    const { state, a1 } = startPass(suite, random);
    for (let waits = 0; ; waits++) {
      try {
        return new PassSession(suite, carrier, lock, readA2(suite, state, await carrier.request(a1), lock));
      } catch (error) {
        const isBusy = error instanceof RefusedByPeer && error.err === Err.busy;
        if (!isBusy || waits === BUSY_WAITS_MAX) {
          state.ephemeral.wipe();
          throw error;
        }
        await delay(clock, BUSY_WAIT_MS);
      }
    }
  }

  /** What the next order or time token must name: as the lock last told it. */
  get challenge(): Uint8Array {
    return this.#challenge;
  }

  /** Throws TransportError or ProtocolError, after which the session has ended and what became of the command is unknown. */
  async command<C extends Command>(command: C): Promise<Response<C["name"]>> {
    try {
      const sealed = sealCommand(this.#suite, this.#channel, encodeCommand(command));
      this.#channel = sealed.channel;
      const opened = openResponse(this.#suite, this.#channel, await this.#carrier.request(sealed.message));
      this.#channel = opened.channel;
      const response = decodeResponse<C["name"]>(command.name, opened.response);
      this.#learn(response.ok ? response.value : response.refusal);
      return response;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** Forgets the keys. */
  end(): void {
    wipeChannel(this.#channel);
  }

  #learn(told: { challenge?: Uint8Array }): void {
    if (told.challenge) this.#challenge = told.challenge;
  }
}
