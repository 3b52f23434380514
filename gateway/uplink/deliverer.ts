import { setMaxListeners } from "node:events";
import type { UplinkService, UplinkStatus } from "../api/services.ts";
import type { BundleReading } from "../fleet/read-bundle.ts";
import { StoreError } from "../store/store-error.ts";
import { AlarmLane } from "./alarm-lane.ts";
import type { BackendAnswer, HeadWanted, LogPlace } from "./backend-answer.ts";
import { DeliveryTurns } from "./delivery-turns.ts";
import { type DeliveryParts, LockDelivery } from "./lock-delivery.ts";
import { type Downlink, UplinkError } from "./uplink.ts";

/** Batches that are under way at a time, of all locks together. */
const BATCHES_AT_ONCE = 8;
/** Of what a backend says unasked: each may be a quarter of a megabyte. */
const ANSWERS_WAITING_MAX = 200;

export interface DelivererParts extends Omit<DeliveryParts, "heard" | "turns"> {
  /** Which locks there are: a backend may speak of any of them. */
  isKnownLock: (lockId: string) => boolean;
  /** A receipt that the issuer has signed, for its lock; returns a sentence if it can not be true. */
  receiptForLock: (document: Uint8Array) => Promise<string | undefined>;
  headWanted: (wanted: HeadWanted) => void;
  /** What an issuer elsewhere has signed, or what is wrong with it. Undefined where rights are made here alone. */
  documents: ((documents: BundleReading) => Promise<void>) | undefined;
  /** Why the backend does not learn how it stands with the locks, in a sentence, if it does not. */
  reportTrouble: () => string | undefined;
  /** What the backend may have locks do. */
  orders: Omit<Downlink, "answer">;
}

/** Delivers the events of all locks, each lock on its own: trouble with one holds up no other. */
export class Deliverer implements UplinkService {
  readonly #parts: DeliveryParts & DelivererParts;
  readonly #closing = new AbortController();
  readonly #locks = new Map<string, LockDelivery>();
  readonly #alarms: AlarmLane | undefined;
  #isStarted = false;
  #lies = 0;
  #heard: Promise<void> = Promise.resolve();
  #unheard = 0;

  constructor(parts: DelivererParts) {
    const heard = (answer: BackendAnswer) => this.#hear(answer);
    this.#parts = { ...parts, heard, turns: new DeliveryTurns(BATCHES_AT_ONCE) };
    if (parts.uplink.hasLanes) this.#alarms = new AlarmLane(this.#parts, this.#closing.signal);
  }

  start(): void {
    // Every lock with events waits with an eye on it; Node would take more than ten for a leak.
    setMaxListeners(0, this.#closing.signal);
    const { uplink, orders } = this.#parts;
    const started = uplink.start?.({ ...orders, answer: (answer) => this.hear(answer) }) ?? Promise.resolve();
    this.#heard = started.catch(sayWhy(this.#parts)).then(() => this.#deliverWhatWaits());
  }

  #deliverWhatWaits(): void {
    const { outbox, setAside } = this.#parts;
    this.#isStarted = true;
    for (const lockId of [...outbox.lockIdsWithUndelivered(), ...setAside.lockIdsToRetry()]) this.poke(lockId);
  }

  /** There may be events of this lock to deliver. */
  poke(lockId: string): void {
    if (!this.#isStarted) return;
    this.#of(lockId).poke();
    this.#alarms?.poke();
  }

  /** Why this lock's events do not get through, in a sentence; undefined if they do. */
  trouble(lockId: string): string | undefined {
    return this.#locks.get(lockId)?.trouble;
  }

  /** What the backend said since the start that could not be true. */
  get lies(): number {
    return [...this.#locks.values()].reduce((sum, lock) => sum + lock.lies, this.#lies);
  }

  status(): UplinkStatus {
    const troubles = [...this.#locks.values()].flatMap(({ trouble }) => trouble ?? []);
    const { lies } = this;
    const disbelief = lies === 0 ? [] : [`${lies} statements since the start could not be true.`];
    const silence = this.#parts.reportTrouble();
    const unreported = silence === undefined ? [] : [`Reports on the locks do not get through: ${silence}`];
    const besides = [...disbelief, ...unreported, ...(this.#parts.uplink.warnings ?? [])]
      .map((sentence) => ` ${sentence}`)
      .join("");
    const [first] = troubles;
    if (first === undefined) {
      return { state: "delivering", sentence: `Events are delivered to ${this.#parts.uplink.name}.${besides}` };
    }
    const count = troubles.length === 1 ? "The events of one lock wait" : `The events of ${troubles.length} locks wait`;
    return { state: "waiting", sentence: `${count}: ${first}${besides}` };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#parts.uplink.close();
    await Promise.all([...this.#locks.values()].map((lock) => lock.idle()));
    await this.#alarms?.idle();
    await this.#heard;
  }

  #of(lockId: string): LockDelivery {
    let lock = this.#locks.get(lockId);
    if (!lock) {
      lock = new LockDelivery(lockId, this.#parts, this.#closing.signal);
      this.#locks.set(lockId, lock);
    }
    return lock;
  }

  /**
   * What the backend says unasked, or in answer to something else than events. One after the other, so that a receipt that
   * follows a rewind can not overtake it.
   */
  hear(answer: BackendAnswer): void {
    if (this.#closing.signal.aborted) return;
    if (this.#unheard >= ANSWERS_WAITING_MAX) {
      // It is counted alone: a line in the log for each would be the next flood. What is said again is heard then.
      this.#lies++;
      return;
    }
    this.#unheard++;
    this.#heard = this.#heard
      .then(() => this.#hear(answer))
      .catch(sayWhy(this.#parts))
      .finally(() => {
        this.#unheard--;
      });
  }

  async #hear(answer: BackendAnswer): Promise<void> {
    const { durableThrough = [], rewind = [], lockReceipts = [], headsWanted = [], documents } = answer;
    for (const place of rewind) await this.#known(place)?.rewind(place);
    for (const place of durableThrough) await this.#known(place)?.hear(place);
    for (const document of lockReceipts) {
      const lie = await this.#parts.receiptForLock(document);
      if (lie !== undefined) this.#disbelieve(lie);
    }
    for (const wanted of headsWanted) {
      if (this.#known(wanted)) this.#parts.headWanted(wanted);
    }
    if (documents && !this.#parts.documents) this.#disbelieve("signed documents to a gateway that signs for itself");
    if (documents) await this.#parts.documents?.(documents);
  }

  /** Undefined, and a lie, if there is no such lock. */
  #known({ lockId }: LogPlace | HeadWanted): LockDelivery | undefined {
    if (this.#parts.isKnownLock(lockId)) return this.#of(lockId);
    this.#disbelieve(`a word on lock ${lockId}, which is not known here`);
    return undefined;
  }

  #disbelieve(lie: string): void {
    this.#lies++;
    this.#parts.log.warn({}, `${this.#parts.uplink.name} gave ${lie}.`);
  }
}

/** Delivery says of itself when it gets nowhere, and a backend says again what got lost. */
function sayWhy({ log, uplink }: DeliveryParts): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof StoreError || error instanceof UplinkError)) throw error;
    log.warn({ uplink: uplink.name }, `${error.message}.`);
  };
}
