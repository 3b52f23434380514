import { type Clock, delay } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { Backoff } from "../link/backoff.ts";
import type { Log } from "../log.ts";
import { StoreError } from "../store/store-error.ts";
import type { BackendAnswer } from "../uplink/backend-answer.ts";
import { type Uplink, UplinkError } from "../uplink/uplink.ts";
import type { DocumentResult } from "./bundle.ts";
import { type LockReport, newsOf, type Reports } from "./lock-report.ts";
import { PendingResults } from "./pending-results.ts";

/** Between two messages at least; what happens meanwhile goes up together. */
const GATHER_MS = 1_000;
/** Everything is said anew so often: whoever heard it may have forgotten. */
const ANEW_EVERY_MS = 10 * 60_000;
const REPORTS_PER_MESSAGE_MAX = 50;
const RESULTS_PER_MESSAGE_MAX = 100;
const RETRY = { firstMs: 1_000, maxMs: 60_000 };
/** A backend may ask to be left alone, but not for ever: revocations come this way. */
const RETRY_AFTER_MS_MAX = 10 * 60_000;

export interface ReporterParts {
  uplink: ReportingUplink;
  clock: Clock;
  random: Random;
  log: Log;
  gatewayId: string;
  /** Of all paired locks. */
  lockIds: () => readonly string[];
  /** Undefined for a lock that is gone. */
  report: (lockId: string) => LockReport | undefined;
  /** What the backend says in answer. */
  heard: (answer: BackendAnswer) => void;
}

export type ReportingUplink = Uplink & Required<Pick<Uplink, "report">>;

export function isReporting(uplink: Uplink): uplink is ReportingUplink {
  return uplink.report !== undefined;
}

/**
 * Tells the backend how it stands with each lock when that changes, and with all of them now and then; and asks, where it can
 * only answer, whether it has something to say. Whatever is wrong on the way, it goes on, at least once a minute.
 */
export class Reporter {
  readonly #parts: ReporterParts;
  readonly #closing = new AbortController();
  readonly #backoff: Backoff;
  readonly #results = new PendingResults();
  /** By lock, what the backend was last told that was news. */
  readonly #told = new Map<string, string>();
  /** Locks of which there may be news. */
  readonly #changed = new Set<string>();
  #reportsMax = REPORTS_PER_MESSAGE_MAX;
  #resultsMax = RESULTS_PER_MESSAGE_MAX;
  #anewAtMs = Number.NEGATIVE_INFINITY;
  #askAtMs: number;
  #trouble: string | undefined;
  #wake = () => {};
  #ended: Promise<void> = Promise.resolve();

  constructor(parts: ReporterParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(parts.random, RETRY);
    this.#askAtMs = parts.uplink.askEveryMs === undefined ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  start(): void {
    this.#ended = this.#goOn();
  }

  /** Why reports do not get through, in a sentence; undefined if they do. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** There may be news of this lock. */
  poke(lockId: string): void {
    this.#changed.add(lockId);
    this.#wake();
  }

  /** What has become of documents that the backend sent. */
  tell(results: readonly DocumentResult[]): void {
    this.#results.add(results);
    this.#wake();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await this.#ended;
  }

  async #goOn(): Promise<void> {
    const { clock } = this.#parts;
    const { signal } = this.#closing;
    for (let pauseMs = GATHER_MS; !signal.aborted; pauseMs = await this.#sayNext()) {
      // The end of the wait by closing is no trouble.
      await delay(clock, pauseMs, signal).catch(() => {});
      await this.#untilDue();
    }
  }

  /** Until there may be news, or it is time to ask or to say everything anew. */
  async #untilDue(): Promise<void> {
    const { clock } = this.#parts;
    const dueMs = Math.min(this.#anewAtMs, this.#askAtMs) - clock.monotonicMs();
    const mayHaveNews = this.#changed.size > 0 || !this.#results.isEmpty;
    if (mayHaveNews || dueMs <= 0 || this.#closing.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = clock.schedule(dueMs, () => this.#wake());
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  /** One message, if there is anything to say; returns how long to be silent now. */
  async #sayNext(): Promise<number> {
    if (this.#closing.signal.aborted) return 0;
    try {
      await this.#say();
      return GATHER_MS;
    } catch (error) {
      if (!(error instanceof UplinkError || error instanceof StoreError)) throw error;
      this.#note(`${error.message}.`);
      const retryAfterMs = error instanceof UplinkError ? (error.retryAfterMs ?? 0) : 0;
      return Math.max(this.#backoff.nextMs(), Math.min(retryAfterMs, RETRY_AFTER_MS_MAX));
    }
  }

  async #say(): Promise<void> {
    const { uplink, clock, gatewayId, heard } = this.#parts;
    const nowMs = clock.monotonicMs();
    if (nowMs >= this.#anewAtMs) this.#sayAllAnew(nowMs);
    const reports = this.#news();
    const results = this.#results.next(this.#resultsMax);
    if (reports.length === 0 && results.length === 0 && nowMs < this.#askAtMs) return;
    const answer = await this.#send({ gatewayId, reports, results });
    this.#results.told(results);
    for (const report of reports) this.#told.set(report.lockId, newsOf(report));
    // Who sends documents may have more of them.
    this.#askAtMs = clock.monotonicMs() + (answer.documents?.ok ? 0 : (uplink.askEveryMs ?? Number.POSITIVE_INFINITY));
    this.#backoff.reset();
    this.#note(undefined);
    heard(answer);
  }

  #sayAllAnew(nowMs: number): void {
    this.#anewAtMs = nowMs + ANEW_EVERY_MS;
    this.#told.clear();
    for (const lockId of this.#parts.lockIds()) this.#changed.add(lockId);
  }

  /** Reports that say something new, as many as go into one message; the locks of the others stay in `#changed`. */
  #news(): LockReport[] {
    const reports: LockReport[] = [];
    const looked: string[] = [];
    for (const lockId of this.#changed) {
      if (reports.length === this.#reportsMax) break;
      const report = this.#parts.report(lockId);
      looked.push(lockId);
      if (!report) this.#told.delete(lockId);
      else if (newsOf(report) !== this.#told.get(lockId)) reports.push(report);
    }
    // Not before: where the disk fails over one, there still is news of those before it.
    for (const lockId of looked) this.#changed.delete(lockId);
    return reports;
  }

  async #send(message: Reports): Promise<BackendAnswer> {
    try {
      return await this.#parts.uplink.report(message);
    } catch (error) {
      for (const { lockId } of message.reports) this.#changed.add(lockId);
      if (error instanceof UplinkError && error.tooLarge) this.#shrink(message);
      throw error;
    }
  }

  /** The next message has half as much. A result that is too large all by itself is left out: the report says the most of it. */
  #shrink({ reports, results }: Reports): void {
    this.#reportsMax = Math.max(1, this.#reportsMax >> 1);
    this.#resultsMax = Math.max(1, this.#resultsMax >> 1);
    if (reports.length > 1 || results.length !== 1) return;
    this.#results.told(results);
    this.#resultsMax = RESULTS_PER_MESSAGE_MAX;
  }

  #note(trouble: string | undefined): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const { log, uplink } = this.#parts;
    if (trouble === undefined) log.info({ uplink: uplink.name }, "Reports on the locks get through again.");
    else log.warn({ uplink: uplink.name }, `Reports on the locks do not get through: ${trouble}`);
  }
}
