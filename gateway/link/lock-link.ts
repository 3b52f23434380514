import type { Suite } from "../../crypto/suite.ts";
import { type Clock, delay, type Timer } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { readO2, startOpen } from "../../protocol/session/open.ts";
import { wipe } from "../../protocol/session/wipe.ts";
import { RefusedByPeer } from "../../protocol/wire/expect-message.ts";
import { Err } from "../../protocol/wire/messages.ts";
import type { LockStore, SlotRow } from "../store/lock-store.ts";
import { type Channel, type Transport, TransportError, type Urgency } from "../transport/channel.ts";
import { LockSession } from "./lock-session.ts";

/** A lock does at most one DH in this time per slot (protocol.md §3). */
const OPEN_EVERY_MS = 250;
/** After this many OPENs in a row without a C that verified, a lock wants a second between them. */
const OPENS_AT_FULL_PACE = 3;
const OPEN_SLOWLY_EVERY_MS = 1_000;
const O2_WITHIN_MS = 3_000;
/** How often one attempt asks again a lock that says it is busy (ERR 2). */
const BUSY_TRIES_MAX = 4;
/** A session that nobody has used for this long is given up. */
const KEPT_FOR_MS = 5 * 60_000;

export interface LinkParts {
  suite: Suite;
  random: Random;
  clock: Clock;
  transport: Transport;
  locks: LockStore;
}

type Job = { urgency: Urgency; run: (session: LockSession) => Promise<void>; reject: (error: unknown) => void };

/**
 * The one way to talk to one paired lock: jobs queue here, unlocks before syncs, and each has the open session to itself.
 *
 * The session is opened when a job needs one and kept for the next. When it drops, the job fails with the error
 * (TransportError, ProtocolError) and the next job gets a new session on a new channel.
 */
export class LockLink {
  readonly #lockId: string;
  readonly #parts: LinkParts;
  readonly #queues: Record<Urgency, Job[]> = { unlock: [], sync: [] };
  readonly #closing = new AbortController();
  #carrier: Channel | undefined;
  #session: LockSession | undefined;
  #serving: Promise<void> | undefined;
  #idleTimer: Timer | undefined;
  #lastOpenMs = Number.NEGATIVE_INFINITY;
  #opensUnproved = 0;
  #lastContactAtMs: number | undefined;

  constructor(lockId: string, parts: LinkParts) {
    this.#lockId = lockId;
    this.#parts = parts;
  }

  /** Wall time of the last job that the lock answered, in milliseconds since 1970. */
  get lastContactAtMs(): number | undefined {
    return this.#lastContactAtMs;
  }

  /** Runs `job` when its turn has come; it must not keep the session. */
  run<T>(urgency: Urgency, job: (session: LockSession) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = async (session: LockSession) => {
        session.urgency = urgency;
        try {
          resolve(await job(session));
        } finally {
          if (session.isProved) this.#noteContact();
        }
      };
      this.#queues[urgency].push({ urgency, run, reject });
      if (urgency === "unlock") this.#hurry();
      this.#next();
    });
  }

  /** The job in progress must not make an unlock wait behind the syncs of other locks on its carrier. */
  #hurry(): void {
    if (this.#session) this.#session.urgency = "unlock";
    this.#carrier?.hurry?.();
  }

  /** Gives the session up: the slot or the way to the lock has changed, or nobody needs it. A job that has it fails. */
  async drop(): Promise<void> {
    this.#session?.end();
    this.#session = undefined;
    const carrier = this.#carrier;
    this.#carrier = undefined;
    await carrier?.close();
  }

  async close(): Promise<void> {
    this.#closing.abort(new TransportError("closed", "the gateway is stopping"));
    this.#idleTimer?.cancel();
    await this.drop();
    await this.#serving;
    // A carrier that was being opened has arrived meanwhile.
    await this.drop();
  }

  #next(): void {
    if (this.#serving) return;
    const job = this.#queues.unlock.shift() ?? this.#queues.sync.shift();
    if (!job) return;
    this.#serving = this.#serve(job).finally(() => {
      this.#serving = undefined;
      this.#next();
    });
  }

  async #serve(job: Job): Promise<void> {
    this.#idleTimer?.cancel();
    try {
      await job.run(await this.#usableSession(job.urgency));
    } catch (error) {
      job.reject(error);
    }
    if (!this.#session?.isUsable) await this.drop();
    if (this.#session) this.#idleTimer = this.#parts.clock.schedule(KEPT_FOR_MS, () => void this.drop());
  }

  async #usableSession(urgency: Urgency): Promise<LockSession> {
    this.#closing.signal.throwIfAborted();
    if (this.#session?.isUsable) return this.#session;
    await this.drop();
    const lock = this.#parts.locks.get(this.#lockId);
    const slot = this.#parts.locks.slot(this.#lockId);
    if (!lock || !slot) throw new TransportError("unreachable", "the lock is not paired with this gateway");
    const carrier = await this.#parts.transport.open(lock.via);
    this.#carrier = carrier;
    try {
      this.#session = await this.#open(carrier, slot, urgency);
      return this.#session;
    } finally {
      slot.pmk.wipe();
    }
  }

  async #open(carrier: Channel, slot: SlotRow, urgency: Urgency): Promise<LockSession> {
    const { suite, random, clock } = this.#parts;
    for (let tries = 1; ; tries++) {
      await this.#pace();
      const { state, o1 } = startOpen(suite, random, slot.slot, slot.pmk);
      try {
        const o2 = await carrier.request(o1, { deadlineMs: O2_WITHIN_MS, urgency });
        const { channel, rms, caps } = readO2(suite, state, o2);
        rms.wipe();
        return new LockSession(suite, clock, carrier, channel, caps);
      } catch (error) {
        wipe(state);
        const isBusy = error instanceof RefusedByPeer && error.err === Err.busy;
        if (!isBusy || tries >= BUSY_TRIES_MAX) throw error;
      }
    }
  }

  /** Waits until the lock may be asked for another DH. */
  async #pace(): Promise<void> {
    const { clock } = this.#parts;
    const everyMs = this.#opensUnproved < OPENS_AT_FULL_PACE ? OPEN_EVERY_MS : OPEN_SLOWLY_EVERY_MS;
    const waitMs = this.#lastOpenMs + everyMs - clock.monotonicMs();
    if (waitMs > 0) await delay(clock, waitMs, this.#closing.signal);
    this.#lastOpenMs = clock.monotonicMs();
    this.#opensUnproved++;
  }

  #noteContact(): void {
    this.#lastContactAtMs = this.#parts.clock.wallMs();
    this.#opensUnproved = 0;
  }
}
