import type { UplinkService, UplinkStatus } from "../api/services.ts";
import { type DeliveryParts, LockDelivery } from "./lock-delivery.ts";

/** Delivers the events of all locks, each lock on its own: trouble with one holds up no other. */
export class Deliverer implements UplinkService {
  readonly #parts: DeliveryParts;
  readonly #closing = new AbortController();
  readonly #locks = new Map<string, LockDelivery>();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  start(): void {
    for (const lockId of this.#parts.events.lockIdsWithUndelivered()) this.poke(lockId);
  }

  /** There may be events of this lock to deliver. */
  poke(lockId: string): void {
    let lock = this.#locks.get(lockId);
    if (!lock) {
      lock = new LockDelivery(lockId, this.#parts, this.#closing.signal);
      this.#locks.set(lockId, lock);
    }
    lock.poke();
  }

  /** Why this lock's events do not get through, in a sentence; undefined if they do. */
  trouble(lockId: string): string | undefined {
    return this.#locks.get(lockId)?.trouble;
  }

  status(): UplinkStatus {
    const locks = [...this.#locks.values()];
    const troubles = locks.flatMap(({ trouble }) => trouble ?? []);
    const lies = locks.reduce((sum, lock) => sum + lock.lies, 0);
    const disbelief = lies === 0 ? "" : ` ${lies} receipts since the start could not be true.`;
    const [first] = troubles;
    if (first === undefined) {
      return { state: "delivering", sentence: `Events are delivered to ${this.#parts.uplink.name}.${disbelief}` };
    }
    const count = troubles.length === 1 ? "The events of one lock wait" : `The events of ${troubles.length} locks wait`;
    return { state: "waiting", sentence: `${count}: ${first}${disbelief}` };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#parts.uplink.close();
    await Promise.all([...this.#locks.values()].map((lock) => lock.idle()));
  }
}
