import type { Suite } from "../../crypto/suite.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { Journal } from "./journal.ts";
import { EventRefused, readLockEvent } from "./lock-event.ts";
import { type GenerationHistory, LockHistory } from "./lock-history.ts";

/** What a backend tells the gateway: it holds every record of this generation up to and including `seq`. */
export interface BatchReceipt {
  lockId: string;
  generation: number;
  seq: number;
}

type JournalEntry = { lock: { lockId: string; sigPk: string } } | { event: unknown };

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
      else this.#accept(entry.event);
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

  /**
   * Takes a batch in its order and answers with a receipt for each lock and generation in it.
   *
   * Throws EventRefused at the first event that does not verify; those before it are kept. Repeats change nothing.
   */
  receive(batch: unknown[]): BatchReceipt[] {
    const news: JournalEntry[] = [];
    const touched = new Map<string, { lockId: string; generation: number }>();
    try {
      for (const json of batch) {
        const { isNews, lockId, generation } = this.#accept(json);
        if (isNews) news.push({ event: json });
        touched.set(`${lockId}-${generation}`, { lockId, generation });
      }
    } finally {
      this.#journal.append(news);
    }
    return [...touched.values()].map(({ lockId, generation }) => {
      const history = this.history(lockId)?.find((one) => one.generation === generation);
      return { lockId, generation, seq: history!.durableThrough };
    });
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

  #accept(json: unknown): { isNews: boolean; lockId: string; generation: number } {
    const event = readLockEvent(json);
    const history = this.#locks.get(event.lockId);
    if (!history) throw new EventRefused(event.id, `lock ${event.lockId} is not registered here`);
    return { isNews: history.accept(event), lockId: event.lockId, generation: event.generation };
  }
}
