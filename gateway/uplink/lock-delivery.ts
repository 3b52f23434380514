import { type Clock, delay } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { Backoff } from "../link/backoff.ts";
import type { Log } from "../log.ts";
import type { EventRow, EventStore } from "../store/event-store.ts";
import { StoreError } from "../store/store-error.ts";
import { toCloudEvent } from "./cloud-event.ts";
import { judgeReceipts } from "./judge-receipts.ts";
import { type Uplink, UplinkError } from "./uplink.ts";

const RETRY = { firstMs: 1_000, maxMs: 5 * 60_000 };

export interface DeliveryParts {
  uplink: Uplink;
  events: EventStore;
  clock: Clock;
  random: Random;
  log: Log;
  batchMax: number;
  /** The backend has more of this lock's records for good. */
  receipted: (lockId: string) => void;
}

/** Delivers one lock's events in order, one batch at a time, until the backend has all of them for good. */
export class LockDelivery {
  readonly #lockId: string;
  readonly #parts: DeliveryParts;
  readonly #closing: AbortSignal;
  readonly #backoff: Backoff;
  #isRunning = false;
  #ended: Promise<void> = Promise.resolve();
  #trouble: string | undefined;
  #lies = 0;
  /** Shrinks to 1 when a batch is refused, so that what stands before the refused event gets through. */
  #batchMax: number;

  constructor(lockId: string, parts: DeliveryParts, closing: AbortSignal) {
    this.#lockId = lockId;
    this.#parts = parts;
    this.#closing = closing;
    this.#backoff = new Backoff(parts.random, RETRY);
    this.#batchMax = parts.batchMax;
  }

  /** Why the last attempt did not get further, in a sentence; undefined if it did. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Receipts that could not be true. */
  get lies(): number {
    return this.#lies;
  }

  poke(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#ended = this.#deliverAll();
  }

  /** Settles when nothing is under way. */
  async idle(): Promise<void> {
    await this.#ended;
  }

  async #deliverAll(): Promise<void> {
    const { events, clock } = this.#parts;
    for (;;) {
      const batch = events.undelivered(this.#lockId, this.#batchMax);
      if (batch.length === 0 || this.#closing.aborted) {
        // At once with the look, so that no poke falls between them.
        this.#isRunning = false;
        return;
      }
      const trouble = await this.#deliver(batch);
      this.#note(trouble);
      if (trouble === undefined) continue;
      // The end of the wait by closing is no trouble.
      await delay(clock, this.#backoff.nextMs(), this.#closing).catch(() => {});
    }
  }

  /** Returns why the batch got nowhere, or undefined if some of it did. */
  async #deliver(batch: EventRow[]): Promise<string | undefined> {
    try {
      const { durableThrough = [] } = await this.#parts.uplink.deliver(batch.map(toCloudEvent), "ordinary");
      const durableBefore = (generation: number) => this.#parts.events.durableThrough(this.#lockId, generation);
      const heldThrough = (generation: number) => this.#parts.events.positionIn(this.#lockId, generation)?.seq ?? 0;
      const { durable, deliveredCursor, lies } = judgeReceipts(batch, durableThrough, durableBefore, heldThrough);
      this.#lies += lies.length;
      if (deliveredCursor === undefined) return this.#whyNothing(lies);
      await Promise.all(
        [...durable].map(([generation, seq]) =>
          this.#parts.events.setDurableThrough(this.#lockId, generation, seq, deliveredCursor),
        ),
      );
      this.#backoff.reset();
      this.#batchMax = Math.min(this.#parts.batchMax, 2 * this.#batchMax);
      this.#parts.receipted(this.#lockId);
      return undefined;
    } catch (error) {
      if (error instanceof UplinkError && error.malformed) this.#batchMax = 1;
      if (error instanceof UplinkError || error instanceof StoreError) return `${error.message}.`;
      throw error;
    }
  }

  #whyNothing(lies: string[]): string {
    const { name } = this.#parts.uplink;
    const [lie] = lies;
    return lie ? `${name} gave ${lie}; it is not believed.` : `${name} has not yet made the events durable.`;
  }

  #note(trouble: string | undefined): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const fields = { lockId: this.#lockId, lies: this.#lies };
    if (trouble === undefined) this.#parts.log.info(fields, "Events are being delivered again.");
    else this.#parts.log.warn(fields, trouble);
  }
}
