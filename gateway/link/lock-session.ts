import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { Caps } from "../../protocol/session/caps.ts";
import { openResponse, type SecureChannel, sealCommand, wipeChannel } from "../../protocol/session/secure-channel.ts";
import { type Command, encodeCommand } from "../../protocol/wire/commands.ts";
import { decodeResponse, type Response } from "../../protocol/wire/responses.ts";
import { type Channel, TransportError, type Urgency } from "../transport/channel.ts";

/** A lock that is awake answers at once. */
const ANSWER_WITHIN_MS = 5_000;
/** The reply to ACT waits for the motor. */
const ACT_WITHIN_MS = 15_000;
/** Well before CmdCtr comes to its end (protocol.md §3): a job must not run into it. */
const COMMANDS_MAX = 60_000;

type SessionState = "unproved" | "proved" | "ended";

/** Where the lock's log ended when it last said so. */
export interface LogEnd {
  seq: number;
  head: Uint8Array;
}

/**
 * One authenticated session with one lock (protocol.md §3). Any failure ends it, after which the outcome of the command in
 * flight is unknown: a job that must know looks for it in a new session.
 */
export class LockSession {
  readonly caps: Caps;
  /** Of the job that has the session now. */
  urgency: Urgency = "sync";
  readonly #suite: Suite;
  readonly #clock: Clock;
  readonly #carrier: Channel;
  #channel: SecureChannel;
  #state: SessionState = "unproved";
  #commands = 0;
  #challenge: Uint8Array;
  #logEnd: LogEnd | undefined;
  #time: { lockSeconds: number; atMs: number };

  constructor(suite: Suite, clock: Clock, carrier: Channel, channel: SecureChannel, caps: Caps) {
    this.#suite = suite;
    this.#clock = clock;
    this.#carrier = carrier;
    this.#channel = channel;
    this.caps = caps;
    this.#challenge = caps.challenge;
    this.#logEnd = { seq: caps.seq, head: caps.head };
    this.#time = { lockSeconds: caps.time, atMs: clock.monotonicMs() };
  }

  /** The slot's current challenge, as the lock last told it. */
  get challenge(): Uint8Array {
    return this.#challenge;
  }

  /** Undefined after an ACT, which makes the log grow, until the next STATUS. */
  get logEnd(): LogEnd | undefined {
    return this.#logEnd;
  }

  /** Whether the lock has answered a command: from then on the slot is no longer pending. */
  get isProved(): boolean {
    return this.#state === "proved";
  }

  get isUsable(): boolean {
    return this.#state !== "ended" && this.#commands < COMMANDS_MAX && !this.#carrier.closed.aborted;
  }

  /** Seconds since 1970 by the lock's own clock, run on since it last told them. */
  lockSeconds(): number {
    return this.#time.lockSeconds + Math.floor((this.#clock.monotonicMs() - this.#time.atMs) / 1_000);
  }

  /** Throws TransportError or ProtocolError, after which the session has ended. */
  async command<C extends Command>(command: C): Promise<Response<C["name"]>> {
    try {
      this.#expectOpen();
      const sealed = sealCommand(this.#suite, this.#channel, encodeCommand(command));
      this.#channel = sealed.channel;
      this.#commands++;
      const deadlineMs = command.name === "act" ? ACT_WITHIN_MS : ANSWER_WITHIN_MS;
      const reply = await this.#carrier.request(sealed.message, { deadlineMs, urgency: this.urgency });
      this.#expectOpen();
      const opened = openResponse(this.#suite, this.#channel, reply);
      this.#channel = opened.channel;
      const response = decodeResponse<C["name"]>(command.name, opened.response);
      this.#state = "proved";
      if (command.name === "act") this.#logEnd = undefined;
      this.#learn(response.ok ? response.value : response.refusal);
      return response;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  end(): void {
    this.#state = "ended";
    wipeChannel(this.#channel);
  }

  /** Whoever drops the link does so at any moment. */
  #expectOpen(): void {
    if (this.#state === "ended") throw new TransportError("closed", "the session was given up");
  }

  #learn(told: Partial<Pick<Caps, "challenge" | "seq" | "head" | "time">>): void {
    if (told.challenge) this.#challenge = told.challenge;
    if (told.seq !== undefined && told.head) this.#logEnd = { seq: told.seq, head: told.head };
    if (told.time !== undefined) this.#time = { lockSeconds: told.time, atMs: this.#clock.monotonicMs() };
  }
}
