import type { Suite } from "../../crypto/suite.ts";
import type { EventResult, LogPlace } from "../../gateway/uplink/backend-answer.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { Journal } from "./journal.ts";
import { EventRefused, idOf, type LockEvent, readLockEvent } from "./lock-event.ts";
import { type GenerationHistory, LockHistory } from "./lock-history.ts";

/** What has become of one event of a batch. */
export interface Taken {
  result: EventResult;
  /** Absent if the event could not be read. */
  event?: LockEvent;
}

type JournalEntry = { lock: { lockId: string; sigPk: string } } | { event: unknown } | { forgotten: LogPlace };

/** Everything that this backend holds: the locks it knows and their verified histories, durable in one file. */
export class EventStore {
  readonly #suite: Suite;
  readonly #journal: Journal;
  readonly #locks = new Map<string, LockHistory>();

  /** Reads the file at `path` back through the same checks as the first time. */
  constructor(suite: Suite, path: string) {
    this.#suite = suite;
    const { journal, entries } = Journal.open(path);
    this.#journal = journal;
    for (const entry of entries as JournalEntry[]) {
      if ("lock" in entry) this.#addLock(entry.lock.lockId, fromHex(entry.lock.sigPk));
      else if ("forgotten" in entry) this.#forget(entry.forgotten);
      else this.#accept(readLockEvent(entry.event));
    }
  }

  /** False if the lock is known already, under another key. */
  register(lockId: string, sigPk: Uint8Array): boolean {
    const known = this.#locks.get(lockId);
    if (known) return Buffer.from(known.sigPk).equals(sigPk);
    this.#addLock(lockId, sigPk);
    this.#journal.append([{ lock: { lockId, sigPk: Buffer.from(sigPk).toString("hex") } } satisfies JournalEntry]);
    return true;
  }

  /** Takes a batch in its order, each event by itself; what is taken is on the disk when this returns. Repeats change nothing. */
  take(batch: readonly unknown[]): Taken[] {
    const news: JournalEntry[] = [];
    const taken = batch.map((json) => this.#take(json, news));
    this.#journal.append(news);
    return taken;
  }

  /** As after a disaster: what follows this record is not held any more. */
  forgetAfter(place: LogPlace): void {
    this.#forget(place);
    this.#journal.append([{ forgotten: place } satisfies JournalEntry]);
  }

  lockIds(): string[] {
    return [...this.#locks.keys()];
  }

  /** Undefined for a lock that is not registered. */
  lock(lockId: string): LockHistory | undefined {
    return this.#locks.get(lockId);
  }

  /** A lock's generations, oldest first; undefined for a lock that is not registered. */
  history(lockId: string): GenerationHistory[] | undefined {
    return this.#locks.get(lockId)?.generations();
  }

  close(): void {
    this.#journal.close();
  }

  #addLock(lockId: string, sigPk: Uint8Array): void {
    this.#locks.set(lockId, new LockHistory(this.#suite, lockId, sigPk));
  }

  #take(json: unknown, news: JournalEntry[]): Taken {
    let event: LockEvent | undefined;
    try {
      event = readLockEvent(json);
      const isNews = this.#accept(event);
      if (isNews) news.push({ event: json });
      return { event, result: { id: event.id, outcome: isNews ? "accepted" : "duplicate" } };
    } catch (error) {
      if (!(error instanceof EventRefused)) throw error;
      const isForGood = error.code !== "too-early" && error.code !== "unknown-lock";
      const result = { id: idOf(json), outcome: isForGood ? "rejected" : "retry", code: error.code } as const;
      return { result, ...(event && { event }) };
    }
  }

  #accept(event: LockEvent): boolean {
    const history = this.#locks.get(event.lockId);
    if (!history) throw new EventRefused(event.id, "unknown-lock", `lock ${event.lockId} is not registered here`);
    return history.accept(event);
  }

  #forget({ lockId, generation, seq }: LogPlace): void {
    this.#locks.get(lockId)?.forgetAfter(generation, seq);
  }
}
