import { type Clock, delay } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { Backoff } from "../link/backoff.ts";
import type { OutboxStore } from "../store/outbox-store.ts";
import { StoreError } from "../store/store-error.ts";
import type { BackendAnswer } from "./backend-answer.ts";
import { toCloudEvent } from "./cloud-event.ts";
import { type Uplink, UplinkError } from "./uplink.ts";

const RETRY = { firstMs: 1_000, maxMs: 60_000 };

export interface AlarmLaneParts {
  uplink: Uplink;
  outbox: OutboxStore;
  clock: Clock;
  random: Random;
  batchMax: number;
  heard: (answer: BackendAnswer) => Promise<void>;
}

/**
 * Sends alarms ahead of everything that waits, the newest first, lock by lock. They come again in their order, so nothing here
 * counts as delivered, and one that the backend does not take is left to that.
 */
export class AlarmLane {
  readonly #parts: AlarmLaneParts;
  readonly #closing: AbortSignal;
  readonly #backoff: Backoff;
  #isRunning = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(parts: AlarmLaneParts, closing: AbortSignal) {
    this.#parts = parts;
    this.#closing = closing;
    this.#backoff = new Backoff(parts.random, RETRY);
  }

  /** There may be alarms to send. */
  poke(): void {
    if (this.#isRunning || this.#closing.aborted) return;
    this.#isRunning = true;
    this.#ended = this.#sendAll();
  }

  /** Settles when nothing is under way. */
  async idle(): Promise<void> {
    await this.#ended;
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const [lockId] = this.#parts.outbox.lockIdsWithAlarms();
      if (lockId === undefined || this.#closing.aborted) {
        this.#isRunning = false;
        return;
      }
      if (await this.#send(lockId)) continue;
      await delay(this.#parts.clock, this.#backoff.nextMs(), this.#closing).catch(() => {});
    }
  }

  /** Whether it got through, or never will. */
  async #send(lockId: string): Promise<boolean> {
    const { uplink, outbox, batchMax, heard } = this.#parts;
    const rows = outbox.alarms(lockId, batchMax);
    try {
      // Only what comes unasked counts: what becomes of these events their own order tells.
      const { results: _, durableThrough: __, ...others } = await uplink.deliver(rows.map(toCloudEvent), "alarm");
      await heard(others);
    } catch (error) {
      if (!(error instanceof UplinkError || error instanceof StoreError)) throw error;
      const isHopeless = error instanceof UplinkError && (error.malformed || error.tooLarge);
      if (!isHopeless) return false;
    }
    this.#backoff.reset();
    await outbox.forgetAlarms(rows.map(({ cursor }) => cursor));
    return true;
  }
}
