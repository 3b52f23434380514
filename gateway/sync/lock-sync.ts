import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { RefusedByPeer } from "../../protocol/wire/expect-message.ts";
import { Err } from "../../protocol/wire/messages.ts";
import type { Responses } from "../../protocol/wire/responses.ts";
import type { SyncStatus } from "../api/services.ts";
import { Backoff } from "../link/backoff.ts";
import { describeTrouble } from "../link/link-trouble.ts";
import { granted, LockDisagrees } from "../link/lock-disagrees.ts";
import type { LockLink } from "../link/lock-link.ts";
import { restMs } from "../link/radio-schedule.ts";
import type { Log } from "../log.ts";
import type { EventStore } from "../store/event-store.ts";
import type { LockRow, LockStore, Reported } from "../store/lock-store.ts";
import type { RosterStore } from "../store/roster-store.ts";
import { carrierOf } from "../transport/carrier.ts";
import { parseVia } from "../transport/via.ts";
import { type AcknowledgeParts, acknowledge } from "./acknowledge.ts";
import type { CarriedReceipts } from "./carried-receipts.ts";
import type { CarrierTurns } from "./carrier-turns.ts";
import { EventPull } from "./event-pull.ts";
import type { HeadDemands } from "./head-demands.ts";
import { RosterSync } from "./roster-sync.ts";
import { expectSameLog, LogWentBack } from "./same-log.ts";
import type { SiteTime } from "./site-time.ts";
import type { Talk } from "./talk.ts";
import { type ClockReading, TimeSync } from "./time-sync.ts";
import type { TimeTokens } from "./time-tokens.ts";

const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 60_000;
/** What a lock reports is written down at once when it changes, else this often: an SD card wears. */
const NOTE_EVERY_MS = 5 * 60_000;
/** No issuer comes so far, and a roster above the last epoch there is could not be written (protocol.md §1). */
const REPORTED_EPOCH_MAX = 2 ** 31;

export interface LockSyncParts {
  suite: Suite;
  clock: Clock;
  random: Random;
  log: Log;
  locks: LockStore;
  events: EventStore;
  rosters: RosterStore;
  siteTime: SiteTime;
  receiptSigner: AcknowledgeParts["receiptSigner"];
  carriedReceipts: Pick<CarriedReceipts, "get">;
  timeTokens: TimeTokens;
  headDemands: HeadDemands;
  turns: CarrierTurns;
  /** Makes a newer wanted roster for this lock. */
  renewRoster: (lockId: string) => Promise<void>;
  /** Without an uplink, what is durable here may be forgotten by the lock. */
  hasUplink: boolean;
  /** New events of this lock may be durable here. */
  eventsArrived: (lockId: string) => void;
  /** A round has ended: how it stands with this lock may be news. */
  roundEnded: (lockId: string) => void;
  /** Why this lock's events do not get to the backend, if they do not. */
  deliveryTrouble: (lockId: string) => string | undefined;
  /** What makes this lock slow, or unreachable, if its carrier can tell. */
  linkTrouble: (lockId: string) => string | undefined;
  /** How long a lock on a wire that is in step is left alone. */
  pollMs: number;
}

/**
 * Keeps one lock in step: what it shall have goes there, what it logged comes here. Goes round for ever, slowly while the lock
 * can not be reached, and can always say in one sentence how things are.
 */
export class LockSync {
  readonly #lockId: string;
  readonly #link: LockLink;
  readonly #parts: LockSyncParts;
  readonly #pull: EventPull;
  readonly #roster: RosterSync;
  readonly #time: TimeSync;
  readonly #backoff: Backoff;
  #status: SyncStatus = { state: "working", sentence: "Not asked yet." };
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #isPoked = false;
  #isClosed = false;
  #roundEnded: ((status: SyncStatus) => void)[] = [];

  constructor(lockId: string, link: LockLink, parts: LockSyncParts) {
    this.#lockId = lockId;
    this.#link = link;
    this.#parts = parts;
    this.#pull = new EventPull(parts);
    this.#roster = new RosterSync(lockId, { ...parts, renew: parts.renewRoster });
    this.#time = new TimeSync(lockId, parts);
    this.#backoff = new Backoff(parts.random, { firstMs: RETRY_FIRST_MS, maxMs: RETRY_MAX_MS });
  }

  get status(): SyncStatus {
    const { lastContactAtMs } = this.#link;
    const { deliveryTrouble, linkTrouble, siteTime } = this.#parts;
    const { sentence } = this.#status;
    const troubles = [sentence, linkTrouble(this.#lockId), siteTime.trouble, deliveryTrouble(this.#lockId)];
    return {
      ...this.#status,
      sentence: troubles.filter((trouble) => trouble !== undefined).join(" "),
      ...(this.#time.error && { clockError: this.#time.error }),
      ...(lastContactAtMs !== undefined && { lastContactAtMs }),
    };
  }

  start(): void {
    this.#running ??= this.#goRound();
  }

  /** Something has changed: go round now. */
  poke(): void {
    this.#isPoked = true;
    this.#wake?.();
  }

  /** How things are when the round in progress, or the next one, has ended. */
  roundEnd(): Promise<SyncStatus> {
    return new Promise((resolve) => this.#roundEnded.push(resolve));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake?.();
    await this.#running;
  }

  async #goRound(): Promise<void> {
    while (!this.#isClosed) {
      this.#isPoked = false;
      const waitMs = await this.#roundWithWait();
      for (const ended of this.#roundEnded.splice(0)) ended(this.status);
      this.#parts.roundEnded(this.#lockId);
      await this.#sleep(waitMs);
    }
    for (const ended of this.#roundEnded.splice(0)) ended(this.status);
  }

  /** One round; returns how long to wait for the next. */
  async #roundWithWait(): Promise<number> {
    try {
      await this.#round();
      this.#backoff.reset();
      this.#tell({ state: "in-step", sentence: "In step." });
      return this.#restMs();
    } catch (error) {
      const sentence = describeTrouble(error);
      if (sentence === undefined) throw error;
      const waitMs = this.#backoff.nextMs();
      const state = needsPerson(error) ? "stopped" : "waiting";
      this.#tell({ state, sentence, nextTryAtMs: this.#parts.clock.wallMs() + waitMs });
      return waitMs;
    }
  }

  #restMs(): number {
    const { locks, pollMs } = this.#parts;
    const lock = locks.get(this.#lockId);
    return lock ? restMs(parseVia(lock.via), pollMs) : pollMs;
  }

  async #round(): Promise<void> {
    const lock = this.#parts.locks.get(this.#lockId);
    if (!lock) return;
    const { name, together } = carrierOf(parseVia(lock.via));
    const turn = await this.#parts.turns.take(name, together);
    try {
      const talk: Talk = async (job) => {
        await turn.goOn();
        return this.#link.run("sync", job);
      };
      await this.#closeDifference(talk, lock);
    } finally {
      turn.end();
    }
  }

  async #closeDifference(talk: Talk, lock: LockRow): Promise<void> {
    let { status, reading } = await this.#askStatus(talk, lock);
    // A lock that refuses its roster must still get rid of its events, and the other way round.
    await inTurn([
      () => this.#time.keep(talk, lock, reading),
      async () => {
        if (await this.#roster.bring(talk, status)) ({ status } = await this.#askStatus(talk, lock));
      },
      () => this.#pullAndAcknowledge(talk, lock, status),
    ]);
  }

  async #askStatus(talk: Talk, lock: LockRow): Promise<{ status: Responses["status"]; reading: ClockReading }> {
    const { locks, clock } = this.#parts;
    let tookMs = 0;
    const status = await talk(async (session) => {
      const askedAtMs = clock.monotonicMs();
      const response = await session.command({ name: "status" });
      tookMs = clock.monotonicMs() - askedAtMs;
      return granted("to tell how it is", response);
    });
    if (status.epoch > REPORTED_EPOCH_MAX) throw new LockDisagrees(`the lock can not have roster ${status.epoch}`);
    const endedAtMs = clock.wallMs();
    const reported: Reported = { ...status, atMs: endedAtMs };
    if (isWorthNoting(lock.reported, reported)) await locks.setReported(this.#lockId, reported);
    return { status, reading: { lockSeconds: status.time, flags: status.flags, tookMs, endedAtMs } };
  }

  async #pullAndAcknowledge(talk: Talk, lock: LockRow, status: Responses["status"]): Promise<void> {
    expectSameLog(this.#parts.events.positionIn(this.#lockId, lock.generation), status);
    try {
      await this.#pull.pull(talk, lock, status.seq);
    } finally {
      this.#parts.eventsArrived(this.#lockId);
    }
    await acknowledge(talk, this.#parts, this.#lockId);
  }

  #tell(status: SyncStatus): void {
    const isNews = status.sentence !== this.#status.sentence;
    this.#status = status;
    if (isNews) this.#parts.log.info({ lockId: this.#lockId, state: status.state }, status.sentence);
  }

  /** Until the time is over, somebody pokes, or the end. */
  #sleep(waitMs: number): Promise<void> {
    if (this.#isPoked || this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#parts.clock.schedule(waitMs, () => this.#wake?.());
      this.#wake = () => {
        this.#wake = undefined;
        timer.cancel();
        resolve();
      };
    });
  }
}

/** Runs all; those that a lock disagrees with do not keep the others from running. Then throws the first disagreement. */
async function inTurn(steps: (() => Promise<void>)[]): Promise<void> {
  let first: LockDisagrees | undefined;
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof LockDisagrees)) throw error;
      first ??= error;
    }
  }
  if (first) throw first;
}

function isWorthNoting(known: Reported | undefined, now: Reported): boolean {
  if (!known || now.atMs - known.atMs >= NOTE_EVERY_MS || now.atMs < known.atMs) return true;
  return (
    now.epoch !== known.epoch ||
    now.flags !== known.flags ||
    now.seq !== known.seq ||
    !equalBytes(now.rosterDigest, known.rosterDigest)
  );
}

/** Asking again will not help. */
function needsPerson(error: unknown): boolean {
  return error instanceof LogWentBack || (error instanceof RefusedByPeer && error.err === Err.noSuchSlot);
}
