import type { SyncService, SyncStatus } from "../api/services.ts";
import type { LockLinks } from "../link/lock-links.ts";
import { CarrierTurns } from "./carrier-turns.ts";
import { LockSync, type LockSyncParts } from "./lock-sync.ts";

/** Looks after every paired lock, one at a time on each carrier: one that does not answer costs its neighbours a time-out now and then. */
export class Reconciler implements SyncService {
  readonly #links: LockLinks;
  readonly #parts: LockSyncParts;
  readonly #locks = new Map<string, LockSync>();
  #isClosed = false;

  constructor(links: LockLinks, parts: Omit<LockSyncParts, "turns">) {
    this.#links = links;
    this.#parts = { ...parts, turns: new CarrierTurns(parts.clock) };
  }

  start(): void {
    for (const { lockId } of this.#parts.locks.list()) {
      if (this.#parts.locks.slot(lockId)?.live) this.watch(lockId);
    }
  }

  /** From now on looks after this lock as well. */
  watch(lockId: string): void {
    if (this.#isClosed) return;
    if (this.#locks.has(lockId)) {
      this.poke(lockId);
      return;
    }
    const sync = new LockSync(lockId, this.#links.of(lockId), this.#parts);
    this.#locks.set(lockId, sync);
    sync.start();
  }

  /** Something has changed for this lock, or in it. */
  poke(lockId: string): void {
    this.#locks.get(lockId)?.poke();
  }

  status(lockId: string): SyncStatus | undefined {
    return this.#locks.get(lockId)?.status;
  }

  /** The status at the end of the round in progress or the next; undefined for a lock that nobody looks after. */
  async roundEnd(lockId: string): Promise<SyncStatus | undefined> {
    return this.#locks.get(lockId)?.roundEnd();
  }

  async approve(lockId: string): Promise<void> {
    await this.#parts.foreignRosters.approve(lockId);
    this.poke(lockId);
  }

  approveTime(): void {
    this.#parts.siteTime.approve();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#locks.values()].map((lock) => lock.close()));
  }
}
