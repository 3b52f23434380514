import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import type { Random } from "../../protocol/random.ts";
import { readS2, resumeTag, startResume } from "../../protocol/session/resume.ts";
import { openResponse, type SecureChannel, sealCommand, wipeChannel } from "../../protocol/session/secure-channel.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { type Command, type CommandName, encodeCommand } from "../../protocol/wire/commands.ts";
import { RefusedByPeer } from "../../protocol/wire/expect-message.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { decodeResponse, type Response } from "../../protocol/wire/responses.ts";
import type { Observer } from "../metrics/observer.ts";
import { type Channel, TransportError, type Urgency } from "../transport/channel.ts";
import type { LinkMemory } from "./link-memory.ts";
import type { LockWord } from "./lock-word.ts";
import type { Opener } from "./opener.ts";
import type { SlotKeys } from "./slot-keys.ts";

/** A lock that is awake answers at once. */
const ANSWER_WITHIN_MS = 5_000;
/** The reply to ACT waits for the motor. */
const ACT_WITHIN_MS = 15_000;
/** Well before CmdCtr comes to its end (protocol.md §3): a job must not run into it. */
const COMMANDS_MAX = 60_000;

type State =
  /** The first command begins the session: with RESUME if there is an RMS, else with OPEN. */
  | { kind: "idle" }
  /** OPEN is done; the RMS counts once the first command has been answered. */
  | { kind: "opened"; channel: SecureChannel; rms: Secret; lockN: number }
  | { kind: "proved"; channel: SecureChannel }
  | { kind: "ended" };

export interface LockSessionParts {
  suite: Suite;
  random: Random;
  lockId: string;
  observer: Observer;
  carrier: Channel;
  keys: SlotKeys;
  opener: Opener;
  memory: LinkMemory;
}

/**
 * One authenticated session with one lock (protocol.md §3, §4), begun by its first command. Any failure ends it, after which
 * the outcome of the command in flight is unknown: a job that must know looks for it in a new session.
 */
export class LockSession {
  /** Of the job that has the session now. */
  urgency: Urgency = "sync";
  readonly #parts: LockSessionParts;
  #state: State = { kind: "idle" };
  #commands = 0;
  #resumeTag: Uint8Array | undefined;

  constructor(parts: LockSessionParts) {
    this.#parts = parts;
  }

  /** What the lock last told of itself, be it in an earlier session. */
  get word(): LockWord {
    return this.#parts.memory.word;
  }

  /** `H(S1)[0..8]` of the S1 that carried the last command, or should have: the INTENT of an ACT in it has that as ref. */
  get resumeTag(): Uint8Array | undefined {
    return this.#resumeTag;
  }

  /** Whether the lock has answered a command: from then on the slot is no longer pending. */
  get isProved(): boolean {
    return this.#state.kind === "proved";
  }

  get isUsable(): boolean {
    return this.#state.kind !== "ended" && this.#commands < COMMANDS_MAX && !this.#parts.carrier.closed.aborted;
  }

  /**
   * Sends one command. If RESUME fails, OPEN follows by itself and the command goes again, except an ACT: whether the lock has
   * carried it out is for its sender to find out. Throws TransportError or ProtocolError, after which the session has ended.
   */
  command<C extends Command>(command: C): Promise<Response<C["name"]>> {
    this.#resumeTag = undefined;
    return this.#orEnd(async () => {
      const text = encodeCommand(command);
      const deadlineMs = command.name === "act" ? ACT_WITHIN_MS : ANSWER_WITHIN_MS;
      const reply = (await this.#resume(command, text, deadlineMs)) ?? (await this.#ask(text, deadlineMs));
      return this.#read<C["name"]>(command.name, reply);
    });
  }

  /**
   * Sends the S1 with this tag, whose reply is missing, once more, the same bytes: a lock that has executed its ACT answers from
   * its record and never acts again (protocol.md §4). Undefined if another session, or another S1, has begun since.
   */
  repeatAct(tag: Uint8Array): Promise<Response<"act"> | undefined> {
    return this.#orEnd(async () => {
      const sent = this.#parts.memory.unanswered;
      if (!sent || !equalBytes(resumeTag(this.#parts.suite, sent.s1), tag)) return undefined;
      this.#parts.observer.frameSent(this.#parts.lockId, true);
      return this.#read("act", await this.#sendS1(sent.s1, ACT_WITHIN_MS));
    });
  }

  /**
   * Makes sure of what a document for the lock is signed over: the slot's challenge and the lock's time. What the lock told in
   * an earlier session will do if RESUME can carry the document at once; if it has changed since, the lock says so.
   */
  async prepare(): Promise<void> {
    await this.#openUnlessResumable();
    if (!this.word.whole) await this.command({ name: "status" });
  }

  /** Has the lock tell how it is now: OPEN does that on the way, else STATUS is asked. */
  async refresh(): Promise<void> {
    await this.#openUnlessResumable();
    if (this.#state.kind !== "opened") await this.command({ name: "status" });
  }

  end(): void {
    if (this.#state.kind === "opened" || this.#state.kind === "proved") wipeChannel(this.#state.channel);
    if (this.#state.kind === "opened") this.#state.rms.wipe();
    this.#state = { kind: "ended" };
  }

  async #orEnd<T>(work: () => Promise<T>): Promise<T> {
    try {
      this.#expectUsable();
      return await work();
    } catch (error) {
      if (error instanceof TransportError && error.code === "timeout") this.#parts.memory.isInDoubt = true;
      if (error instanceof TransportError || error instanceof ProtocolError) {
        this.#parts.observer.linkFailed(this.#parts.lockId, error.code);
      }
      this.end();
      throw error;
    }
  }

  /** The reply if S1 could carry the command; undefined if it has to go in a C. */
  async #resume(command: Command, text: Uint8Array, deadlineMs: number): Promise<Uint8Array | undefined> {
    const { suite, random, keys, memory, observer, lockId } = this.#parts;
    if (this.#state.kind !== "idle" || memory.isInDoubt) return undefined;
    const key = await keys.takeForResume();
    this.#expectUsable();
    if (!key) return undefined;
    const { state, s1 } = startResume(suite, random, key.slot, key.n, key.rms, text);
    key.rms.wipe();
    memory.forgetUnanswered();
    memory.unanswered = { state, s1 };
    this.#resumeTag = resumeTag(suite, s1);
    observer.frameSent(lockId, false);
    try {
      return await this.#sendS1(s1, deadlineMs);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // Whatever it was, OPEN comes next (protocol.md §4).
      memory.isInDoubt = true;
      if (command.name === "act") throw error;
      observer.linkFailed(lockId, error.code);
      return undefined;
    }
  }

  async #sendS1(s1: Uint8Array, deadlineMs: number): Promise<Uint8Array> {
    const { suite, carrier, memory, observer, lockId } = this.#parts;
    const frame = await carrier.request(s1, { deadlineMs, urgency: this.urgency });
    observer.frameReceived(lockId);
    this.#expectUsable();
    try {
      const { channel, response } = readS2(suite, memory.unanswered!.state, frame);
      memory.unanswered = undefined;
      memory.isInDoubt = false;
      this.#state = { kind: "proved", channel };
      carrier.proved?.();
      observer.sessionBegan(lockId, "resumed");
      return response;
    } catch (error) {
      // The lock is still at it, on another connection: later, the same S1 gets the outcome.
      const isBusy = error instanceof RefusedByPeer && error.err === Err.busy;
      if (!isBusy) memory.forgetUnanswered();
      throw error;
    }
  }

  /** C and R, after OPEN if need be. */
  async #ask(text: Uint8Array, deadlineMs: number): Promise<Uint8Array> {
    const { suite, carrier, keys, opener, observer, lockId } = this.#parts;
    if (this.#state.kind === "idle") await this.#open();
    const sealed = sealCommand(suite, this.#channel(), text);
    this.#keepChannel(sealed.channel);
    this.#commands++;
    observer.frameSent(lockId, false);
    const frame = await carrier.request(sealed.message, { deadlineMs, urgency: this.urgency });
    observer.frameReceived(lockId);
    const opened = openResponse(suite, this.#channel(), frame);
    opener.proved();
    if (this.#state.kind === "opened") {
      const { rms, lockN } = this.#state;
      this.#state = { kind: "proved", channel: opened.channel };
      carrier.proved?.();
      this.#parts.memory.isInDoubt = false;
      await keys.keep(rms, lockN);
      rms.wipe();
    } else {
      this.#keepChannel(opened.channel);
    }
    return opened.response;
  }

  async #openUnlessResumable(): Promise<void> {
    const { keys, memory } = this.#parts;
    const mayResume = !memory.isInDoubt && keys.canResume();
    if (this.#state.kind === "idle" && !mayResume) await this.#orEnd(() => this.#open());
  }

  async #open(): Promise<void> {
    const { opener, carrier, memory, observer, lockId } = this.#parts;
    observer.frameSent(lockId, false);
    const { channel, rms, caps } = await opener.open(carrier, this.urgency);
    observer.frameReceived(lockId);
    this.#expectUsable();
    memory.forgetUnanswered();
    this.#state = { kind: "opened", channel, rms, lockN: caps.n };
    observer.sessionBegan(lockId, "opened");
    this.word.hear(caps);
  }

  #read<N extends CommandName>(name: N, reply: Uint8Array): Response<N> {
    const response = decodeResponse(name, reply);
    this.word.hear(response.ok ? response.value : response.refusal);
    if (!response.ok) this.#parts.observer.refused(this.#parts.lockId, response.refusal.reason);
    return response;
  }

  #channel(): SecureChannel {
    this.#expectUsable();
    if (this.#state.kind !== "opened" && this.#state.kind !== "proved") throw new Error("there is no session yet");
    return this.#state.channel;
  }

  #keepChannel(channel: SecureChannel): void {
    if (this.#state.kind === "opened" || this.#state.kind === "proved") this.#state = { ...this.#state, channel };
  }

  /** Whoever drops the link does so at any moment. */
  #expectUsable(): void {
    if (this.#state.kind === "ended") throw new TransportError("closed", "the session was given up");
  }
}
