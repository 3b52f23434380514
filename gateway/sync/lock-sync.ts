import type { HeldRoster, SyncStatus } from "../api/services.ts";
import { Backoff } from "../link/backoff.ts";
import type { LockLink } from "../link/lock-link.ts";
import { restMs } from "../link/radio-schedule.ts";
import type { Log } from "../log.ts";
import { StoreError } from "../store/store-error.ts";
import { TransportError } from "../transport/channel.ts";
import { parseVia } from "../transport/via.ts";
import { LockRound, type LockRoundParts, type RoundEnd } from "./lock-round.ts";
import { troubleOf } from "./sync-trouble.ts";

const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 60_000;

export interface LockSyncParts extends LockRoundParts {
  log: Log;
  /** A round has ended: how it stands with this lock may be news. */
  roundEnded: (lockId: string) => void;
  /** A roster for this lock that waits for a person's yes, if there is one. */
  heldRoster: (lockId: string) => HeldRoster | undefined;
  /** Why this lock's events do not get to the backend, if they do not. */
  deliveryTrouble: (lockId: string) => string | undefined;
  /** What makes this lock slow, or unreachable, if its carrier can tell. */
  linkTrouble: (lockId: string) => string | undefined;
  /** How long a lock on a wire that is in step is left alone. */
  pollMs: number;
}

/** How the last round ended. */
type Standing = Pick<SyncStatus, "state" | "reason" | "sentence" | "refusal" | "nextTryAtMs">;

const NOT_ASKED: Standing = { state: "working", reason: "not-asked", sentence: "Not asked yet." };
const IN_STEP: Standing = { state: "in-step", reason: "in-step", sentence: "In step." };
const NO_ROSTER: Standing = {
  state: "waiting",
  reason: "no-roster",
  sentence: "The issuer has sent no roster for this lock yet.",
};

/**
 * Keeps one lock in step: what it shall have goes there, what it logged comes here. Goes round for ever, slowly while the lock
 * can not be reached, and can always say in one sentence how things are.
 */
export class LockSync {
  readonly #lockId: string;
  readonly #link: LockLink;
  readonly #parts: LockSyncParts;
  readonly #round: LockRound;
  readonly #backoff: Backoff;
  /** The lock was known before this run, and the store is not as the last run left it. */
  readonly #isPutBack: boolean;
  #standing = NOT_ASKED;
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #isPoked = false;
  #isClosed = false;
  #roundEnded: ((status: SyncStatus) => void)[] = [];

  constructor(lockId: string, link: LockLink, parts: LockSyncParts) {
    this.#lockId = lockId;
    this.#link = link;
    this.#parts = parts;
    this.#round = new LockRound(lockId, link, parts);
    this.#isPutBack = !parts.locks.isContinued && this.#round.reports.last !== undefined;
    this.#backoff = new Backoff(parts.random, { firstMs: RETRY_FIRST_MS, maxMs: RETRY_MAX_MS });
  }

  get status(): SyncStatus {
    const { deliveryTrouble, linkTrouble, siteTime, foreignRosters } = this.#parts;
    const standing = this.#standingNow();
    const troubles = [
      standing.sentence,
      linkTrouble(this.#lockId),
      siteTime.troubleAt(this.#lockId),
      deliveryTrouble(this.#lockId),
    ];
    const { roster, reports, time } = this.#round;
    return {
      ...standing,
      sentence: troubles.filter((trouble) => trouble !== undefined).join(" "),
      ...present("progress", roster.progress),
      ...present("clockError", time.error),
      ...present("lastContactAtMs", this.#link.lastContactAtMs),
      ...present("revocationAgeSeconds", reports.revocationAgeSeconds),
      ...present("staleAfter", reports.staleAfter),
      ...present("foreignRoster", foreignRosters.get(this.#lockId)),
    };
  }

  start(): void {
    this.#running ??= this.#goRound();
  }

  /** Something has changed: go round now. */
  poke(): void {
    this.#isPoked = true;
    this.#round.look();
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

  /** What was so at the end of the last round, or has become so since. */
  #standingNow(): Standing {
    const { progress, isSending } = this.#round.roster;
    if (isSending) {
      const howFar = progress && progress.of > 0 ? `: ${progress.done} of ${progress.of} grants` : "";
      return { state: "working", reason: "sending", sentence: `Its roster is on the way${howFar}.` };
    }
    const held = this.#parts.heldRoster(this.#lockId);
    const mayWait = this.#standing.reason === "in-step" || this.#standing.reason === "no-roster";
    return held && mayWait ? { state: "waiting", reason: "held", sentence: heldSentence(held) } : this.#standing;
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
      const end = await this.#round.go();
      this.#backoff.reset();
      this.#tell(this.#standingAt(end));
      return this.#restMs();
    } catch (error) {
      const trouble = troubleOf(error, error instanceof TransportError && this.#isSilent());
      if (!trouble) throw error;
      if (error instanceof TransportError) this.#round.missed();
      const waitMs = this.#backoff.nextMs();
      this.#tell({ ...trouble, nextTryAtMs: this.#parts.clock.wallMs() + waitMs });
      return waitMs;
    }
  }

  #standingAt(end: RoundEnd): Standing {
    switch (end) {
      case "in-step":
        return IN_STEP;
      case "no-roster":
        return NO_ROSTER;
      case "changed-elsewhere":
        return {
          state: "stopped",
          reason: "changed-elsewhere",
          sentence: this.#parts.foreignRosters.describe(this.#lockId),
        };
    }
  }

  /** A serial line is open whether a lock is there or not: there the store must have been put back as well. */
  #isSilent(): boolean {
    if (!this.#link.isSilent) return false;
    try {
      const via = this.#parts.locks.get(this.#lockId)?.via;
      const isWire = via !== undefined && parseVia(via).kind === "serial";
      return !isWire || this.#isPutBack;
    } catch (error) {
      // A failing disk is told of by the round that needs it.
      if (!(error instanceof StoreError)) throw error;
      return false;
    }
  }

  #restMs(): number {
    const { locks, pollMs } = this.#parts;
    const lock = locks.get(this.#lockId);
    return lock ? restMs(parseVia(lock.via), pollMs) : pollMs;
  }

  #tell(standing: Standing): void {
    const isNews = standing.sentence !== this.#standing.sentence;
    this.#standing = standing;
    const { state, reason, sentence } = standing;
    if (isNews) this.#parts.log.info({ lockId: this.#lockId, state, reason }, sentence);
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

function heldSentence({ epoch, revokes, of }: HeldRoster): string {
  return `Roster ${epoch} takes away ${revokes} of ${of} grants at once: it waits until a person has said yes.`;
}

/** The member, if it is there. */
function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
