import type { Clock, Timer } from "../../protocol/clock.ts";
import type { Log } from "../log.ts";
import type { Ballast } from "./ballast.ts";
import type { Database } from "./database.ts";
import type { OutboxStore } from "./outbox-store.ts";
import type { RetentionStore } from "./retention-store.ts";
import type { ShedStore } from "./shed-store.ts";
import { StoreError } from "./store-error.ts";

/** Shares of the quota, from where on: delivered events go early, the configuration stays as it is, undelivered events go. */
const PRUNE_SHARE = 0.8;
const SHORT_SHARE = 0.85;
const SHED_SHARE = 0.9;
/** How far shedding goes, so that it does not begin anew with each event. */
const SHED_TO_SHARE = 0.88;
/** Rows to a transaction. */
const SLICE = 500;
const LOOK_EVERY_MS = 10 * 60_000;

export interface RoomParts {
  database: Database;
  outbox: OutboxStore;
  retention: RetentionStore;
  shed: ShedStore;
  /** Undefined where the quota alone counts. */
  ballast: Ballast | undefined;
  clock: Clock;
  log: Log;
  /** Without one nobody takes the events: the oldest go without ado. */
  hasUplink: boolean;
  /** The quota, in pages of the database. */
  pagesMax: number;
  /** How long events of this lock are kept once they are delivered. */
  keepMs: (lockId: string) => number;
}

/** Keeps the store below its quota (docs/events.md): what is delivered goes first, then telemetry, then the oldest. */
export class Room {
  readonly #parts: RoomParts;
  #timer: Timer | undefined;
  #making: Promise<void> | undefined;
  #isClosed = false;
  /** Telemetry up to here has gone already. */
  #telemetryThrough = 0;
  #lost = 0;

  constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  /** Whether the configuration has to stay as it is: what is left is for events and orders. */
  get isShort(): boolean {
    return this.#isAbove(SHORT_SHARE);
  }

  /** Events given up since the start. */
  get lostEvents(): number {
    return this.#lost;
  }

  start(): void {
    this.#look();
  }

  /** Events have come, or there was no room for them. */
  poke(): void {
    if (this.#parts.database.isFull || this.#isAbove(PRUNE_SHARE)) this.#make();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#making;
  }

  #look(): void {
    this.#make();
    this.#timer = this.#parts.clock.schedule(LOOK_EVERY_MS, () => this.#look());
  }

  #make(): void {
    if (this.#isClosed) return;
    this.#making ??= this.#makeRoom().finally(() => {
      this.#making = undefined;
    });
  }

  async #makeRoom(): Promise<void> {
    const lostBefore = this.#lost;
    const wasFull = this.#parts.database.isFull;
    try {
      await this.#parts.ballast?.keep();
      await this.#endRetention();
      while (this.#isAbove(PRUNE_SHARE) && (await this.#pruneSlices()) > 0);
      // A disk may be full long before the quota: a slice at a time makes room in the file as it is.
      if (wasFull && (await this.#pruneSlices()) === 0) await this.#shedSlice();
      if (this.#isAbove(SHED_SHARE)) await this.#shed();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#parts.log.error({ code: error.code }, `${error.message}.`);
    }
    const lost = this.#lost - lostBefore;
    if (lost > 0)
      this.#parts.log.error({ lost }, `The store is full, and nobody takes its events: ${lost} were given up.`);
  }

  async #endRetention(): Promise<void> {
    const { retention, clock, keepMs } = this.#parts;
    const nowMs = clock.wallMs();
    for (const lockId of retention.lockIds()) {
      const through = retention.deliveredBy(lockId, nowMs - keepMs(lockId));
      while (!this.#isClosed && (await retention.prune(lockId, through, SLICE)) > 0);
    }
  }

  /** Of each lock the oldest that are delivered. */
  async #pruneSlices(): Promise<number> {
    const { retention, outbox, shed, hasUplink } = this.#parts;
    if (!hasUplink) return shed.shedOldest(SLICE);
    let pruned = 0;
    for (const lockId of retention.lockIds()) {
      if (this.#isClosed) break;
      pruned += await retention.prune(lockId, outbox.deliveredCursor(lockId), SLICE);
    }
    return pruned;
  }

  async #shed(): Promise<void> {
    while (!this.#isClosed && this.#isAbove(SHED_TO_SHARE) && (await this.#shedSlice()));
  }

  /** Whether there was anything left to shed, or to look at. */
  async #shedSlice(): Promise<boolean> {
    const { shed } = this.#parts;
    const telemetry = await shed.shedTelemetry(this.#telemetryThrough, SLICE);
    this.#telemetryThrough = telemetry.last ?? this.#telemetryThrough;
    const isSearched = telemetry.last === undefined;
    const count = isSearched ? await shed.shedOldest(SLICE) : telemetry.shed;
    this.#lost += count;
    return !isSearched || count > 0;
  }

  #isAbove(share: number): boolean {
    const { database, pagesMax } = this.#parts;
    return database.usedPages() > share * pagesMax;
  }
}
