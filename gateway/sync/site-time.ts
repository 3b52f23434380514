import type { Clock } from "../../protocol/clock.ts";
import type { Log } from "../log.ts";
import { StoreError } from "../store/store-error.ts";
import type { TimeStore } from "../store/time-store.ts";

/** This program was not there before, so a clock that says so has not been set. */
const BUILT_AFTER_MS = Date.UTC(2026, 0, 1);
/** The wall clock and the monotonic one may drift apart by this much between two looks; more is a step. */
const STEP_MS = 2_000;
/** How often the wall clock is written down: an SD card wears. */
const NOTE_EVERY_MS = 3_600_000;
/** A quartz that nobody has corrected (protocol.md §7). */
const DRIFT_PPM = 200;
/** Round trips, whole seconds, and corrections that are not worth a command. */
const SLACK_SECONDS = 10;

/** The time as a lock has just told it. */
export interface LockTime {
  /** Seconds since 1970. */
  seconds: number;
  isUncertain: boolean;
  /** Wall time at which this gateway last had the lock's clock right, as far as it knows: from then on it may have drifted. */
  rightAtMs: number;
}

export interface SiteTimeParts {
  clock: Clock;
  log: Log;
  store: TimeStore;
  /** By lock, the time of its newest durable record, if that was certain. Seconds since 1970. */
  recordTimes: () => Iterable<[lockId: string, seconds: number]>;
}

/** How far a lock's clock was ahead of our monotonic one, and by how much it may be off. */
type Witness = { aheadMs: number; slackMs: number; isLowerBound: boolean };

/**
 * What the gateway may tell its locks of the time (system.md, Time). A Pi begins at some old date until it has synchronised, and
 * a clock can be set wrong; so the wall clock has to stand against what this gateway believed before and against what its
 * locks say, unless the machine has set it in this run: nobody sets a clock but to mend it. Once it has stood against that, it is
 * the lock that is wrong if one differs.
 */
export class SiteTime {
  readonly #parts: SiteTimeParts;
  readonly #witnesses = new Map<string, Witness>();
  readonly #lastBelievedMs: number;
  #notedAtMs = Number.NEGATIVE_INFINITY;
  #wasSet = false;
  /** A lock has agreed in this run, or a person has: since then the clock has gone on by itself, and who differs is wrong. */
  #isConfirmed = false;
  #offsetMs: number;

  constructor(parts: SiteTimeParts) {
    this.#parts = parts;
    this.#offsetMs = this.#offset();
    this.#lastBelievedMs = parts.store.lastBelievedMs();
    for (const [lockId, seconds] of parts.recordTimes()) {
      const aheadMs = seconds * 1_000 - parts.clock.monotonicMs();
      this.#witnesses.set(lockId, { aheadMs, slackMs: 0, isLowerBound: true });
    }
  }

  /** Seconds since 1970, or undefined if the machine's clock is not to be believed. */
  now(): number | undefined {
    this.#look();
    return this.#why() === undefined ? Math.floor(this.#parts.clock.wallMs() / 1_000) : undefined;
  }

  /** Why the clock is not believed, in one sentence for people who look at this lock; others may not be theirs to see. */
  troubleAt(lockId: string): string | undefined {
    this.#look();
    return this.#why(lockId);
  }

  #why(lockId = ""): string | undefined {
    const wallMs = this.#parts.clock.wallMs();
    if (wallMs < BUILT_AFTER_MS) return `The gateway's clock is not set (${minute(wallMs)}), so its locks get no time.`;
    if (this.#wasSet || this.#isConfirmed) return undefined;
    const { agree, disagree, said } = this.#vote();
    if (disagree === 0 || agree > disagree) return undefined;
    return `The gateway's clock (${minute(wallMs)}) is not believed, for ${this.#against(said, lockId)}: the locks get no time. Set the machine's clock while the gateway runs; if it is right, say so: portvakt sync LOCK --approve`;
  }

  /** A lock has told its time. One that is uncertain of it proves nothing. */
  hear(lockId: string, { seconds, isUncertain, rightAtMs }: LockTime): void {
    const { clock } = this.#parts;
    this.#look();
    if (isUncertain) {
      this.#witnesses.delete(lockId);
      return;
    }
    const driftMs = (Math.max(0, clock.wallMs() - rightAtMs) * DRIFT_PPM) / 1_000_000;
    const aheadMs = seconds * 1_000 - clock.monotonicMs();
    const witness = { aheadMs, slackMs: SLACK_SECONDS * 1_000 + driftMs, isLowerBound: false };
    this.#witnesses.set(lockId, witness);
    if (!this.#differs(witness) && this.#why() === undefined) this.#isConfirmed = true;
  }

  /** A person says that the machine's clock is right. */
  approve(): void {
    this.#isConfirmed = true;
  }

  /** Writes down how late it is, if that is known. */
  async close(): Promise<void> {
    if (this.now() !== undefined) await this.#note();
  }

  #offset(): number {
    return this.#parts.clock.wallMs() - this.#parts.clock.monotonicMs();
  }

  /** Notices that the wall clock was set. */
  #look(): void {
    const offsetMs = this.#offset();
    const stepMs = offsetMs - this.#offsetMs;
    this.#offsetMs = offsetMs;
    if (Math.abs(stepMs) >= STEP_MS) {
      this.#wasSet = true;
      this.#parts.log.warn({ stepSeconds: Math.round(stepMs / 1_000) }, "The machine's clock was set.");
    }
  }

  /** `said`: by lock, the times that speak against the clock. */
  #vote(): { agree: number; disagree: number; said: ReadonlyMap<string, number> } {
    let agree = 0;
    const said = new Map<string, number>();
    for (const [lockId, lock] of this.#witnesses) {
      const saysMs = lock.aheadMs + this.#parts.clock.monotonicMs();
      if (!this.#differs(lock)) agree += lock.isLowerBound ? 0 : 1;
      // Later than that it was here already: whoever says otherwise has a clock that went back.
      else if (saysMs >= this.#lastBelievedMs - lock.slackMs) said.set(lockId, saysMs);
    }
    const isBeforeLastRun = this.#parts.clock.wallMs() < this.#lastBelievedMs;
    return { agree, disagree: said.size + (isBeforeLastRun ? 1 : 0), said };
  }

  #against(said: ReadonlyMap<string, number>, lockId: string): string {
    const here = said.get(lockId);
    if (here !== undefined) return `this lock says ${minute(here)}`;
    const [elsewhere] = said.values();
    if (elsewhere !== undefined) return `another lock says ${minute(elsewhere)}`;
    return `it was ${minute(this.#lastBelievedMs)} when the gateway last ran`;
  }

  #differs({ aheadMs, slackMs, isLowerBound }: Witness): boolean {
    const apartMs = aheadMs - this.#offsetMs;
    return apartMs > slackMs || (!isLowerBound && apartMs < -slackMs);
  }

  /** To be called now and then while the clock is believed. */
  async noteNowAndThen(): Promise<void> {
    if (this.#parts.clock.monotonicMs() - this.#notedAtMs >= NOTE_EVERY_MS && this.now() !== undefined)
      await this.#note();
  }

  async #note(): Promise<void> {
    this.#notedAtMs = this.#parts.clock.monotonicMs();
    try {
      await this.#parts.store.setLastBelieved(this.#parts.clock.wallMs());
    } catch (error) {
      // With a full disk the bound of before stands.
      if (!(error instanceof StoreError)) throw error;
    }
  }
}

function minute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}
