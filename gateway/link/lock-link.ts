import type { Suite } from "../../crypto/suite.ts";
import type { Clock, Timer } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import type { Observer } from "../metrics/observer.ts";
import type { LockStore } from "../store/lock-store.ts";
import { type Channel, type Transport, TransportError, type Urgency } from "../transport/channel.ts";
import { parseVia } from "../transport/via.ts";
import { keepForMs } from "./keep-for.ts";
import { LinkMemory } from "./link-memory.ts";
import { LockSession } from "./lock-session.ts";
import type { HeardChallenge } from "./lock-word.ts";
import { Opener } from "./opener.ts";
import { SlotKeys, type SlotKind } from "./slot-keys.ts";

/** One O2 may be lost, or the lock be busy with itself. */
const SILENCES_MIN = 3;

export interface LinkParts {
  suite: Suite;
  random: Random;
  clock: Clock;
  transport: Transport;
  locks: LockStore;
  observer: Observer;
}

type Job = {
  urgency: Urgency;
  atMs: number;
  run: (session: LockSession) => Promise<void>;
  reject: (error: unknown) => void;
};

/**
 * The one way to talk to one paired lock: jobs queue here, unlocks before syncs, and each has the session to itself.
 *
 * A session begins with the first command of a job that finds none: RESUME if it can, else OPEN. It is kept for the next jobs.
 * When it drops, the job fails with the error (TransportError, ProtocolError) and the next one begins a new session on
 * a new channel.
 */
export class LockLink {
  readonly #lockId: string;
  readonly #parts: LinkParts;
  readonly #keys: SlotKeys;
  readonly #opener: Opener;
  readonly #queues: Record<Urgency, Job[]> = { unlock: [], sync: [] };
  readonly #closing = new AbortController();
  #memory: LinkMemory;
  #carrier: Channel | undefined;
  /** While the carrier is being opened. */
  #openingVia: string | undefined;
  #session: LockSession | undefined;
  #serving: Promise<void> | undefined;
  #idleTimer: Timer | undefined;
  #keptForMs = 0;
  #lastContactAtMs: number | undefined;

  constructor(lockId: string, parts: LinkParts, kind: SlotKind = "live") {
    const { suite, random, clock } = parts;
    this.#lockId = lockId;
    this.#parts = parts;
    this.#keys = new SlotKeys(lockId, kind, parts);
    this.#opener = new Opener({ suite, random, clock, keys: this.#keys, closing: this.#closing.signal });
    this.#memory = new LinkMemory(clock);
  }

  /** Wall time of the last job that the lock answered, in milliseconds since 1970. */
  get lastContactAtMs(): number | undefined {
    return this.#lastContactAtMs;
  }

  /** Of our slot, as the lock last named it since the start; undefined until it has. */
  get challenge(): HeardChallenge | undefined {
    return this.#memory.word.challenge;
  }

  /** Whether something is there that has left OPEN unanswered again and again: a lock does that to keys which are not its own. */
  get isSilent(): boolean {
    return this.#opener.silences >= SILENCES_MIN;
  }

  /** Runs `job` when its turn has come; it must not keep the session. */
  run<T>(urgency: Urgency, job: (session: LockSession) => Promise<T>): Promise<T> {
    const { clock } = this.#parts;
    return new Promise((resolve, reject) => {
      const run = async (session: LockSession) => {
        session.urgency = urgency;
        try {
          resolve(await job(session));
        } finally {
          if (session.isProved) this.#lastContactAtMs = clock.wallMs();
        }
      };
      this.#queues[urgency].push({ urgency, atMs: clock.monotonicMs(), run, reject });
      if (urgency === "unlock") this.#hurry();
      this.#next();
    });
  }

  /** The job in progress must not make an unlock wait behind the syncs of other locks on its carrier. */
  #hurry(): void {
    if (this.#session) this.#session.urgency = "unlock";
    this.#carrier?.hurry?.();
    const via = this.#openingVia;
    if (via !== undefined) this.#parts.transport.hurry?.(via);
  }

  /** Gives the session up: nobody needs it, or the way to the lock has changed. A job that has it fails. */
  async drop(): Promise<void> {
    this.#session?.end();
    this.#session = undefined;
    const carrier = this.#carrier;
    this.#carrier = undefined;
    await carrier?.close();
  }

  /** Another slot is in use now: gives the session up, and all that the lock said under the old one. */
  async forget(): Promise<void> {
    this.#memory.forgetUnanswered();
    this.#memory = new LinkMemory(this.#parts.clock);
    await this.drop();
  }

  async close(): Promise<void> {
    this.#closing.abort(new TransportError("closed", "the gateway is stopping"));
    this.#idleTimer?.cancel();
    await this.drop();
    await this.#serving;
    // A carrier that was being opened has arrived meanwhile.
    await this.drop();
    this.#memory.forgetUnanswered();
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
      await job.run(await this.#usableSession(job));
    } catch (error) {
      job.reject(error);
    }
    if (!this.#session?.isUsable) await this.drop();
    if (this.#session) this.#idleTimer = this.#parts.clock.schedule(this.#keptForMs, () => void this.drop());
  }

  async #usableSession({ urgency, atMs }: Job): Promise<LockSession> {
    const { suite, random, clock, observer, transport, locks } = this.#parts;
    const queuedMs = clock.monotonicMs() - atMs;
    this.#closing.signal.throwIfAborted();
    if (!this.#session?.isUsable) {
      await this.drop();
      const connectingAtMs = clock.monotonicMs();
      const carrier = await this.#connect(transport, locks, urgency);
      if (urgency === "unlock") observer.unlockStepTook("connect", clock.monotonicMs() - connectingAtMs);
      const [keys, opener, memory] = [this.#keys, this.#opener, this.#memory];
      this.#session = new LockSession({ suite, random, lockId: this.#lockId, observer, carrier, keys, opener, memory });
    }
    if (urgency === "unlock") observer.unlockStepTook("queue", queuedMs);
    return this.#session;
  }

  async #connect(transport: Transport, locks: LockStore, urgency: Urgency): Promise<Channel> {
    const lock = locks.get(this.#lockId);
    if (!lock) throw new TransportError("unreachable", "the lock is not paired with this gateway");
    this.#keptForMs = keepForMs(parseVia(lock.via));
    try {
      this.#openingVia = lock.via;
      this.#carrier = await transport.open(lock.via, { urgency, signal: this.#closing.signal });
      return this.#carrier;
    } catch (error) {
      if (error instanceof TransportError) this.#parts.observer.linkFailed(this.#lockId, error.code);
      throw error;
    } finally {
      this.#openingVia = undefined;
    }
  }
}
