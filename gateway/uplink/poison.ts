import type { Clock } from "../../protocol/clock.ts";
import type { Log } from "../log.ts";
import type { EventRow } from "../store/event-store.ts";
import type { SetAsideRow, SetAsideStore } from "../store/set-aside-store.ts";
import { eventId, toCloudEvent } from "./cloud-event.ts";
import type { OutgoingEvent } from "./next-batch.ts";
import { type Uplink, UplinkError } from "./uplink.ts";

/** Refusals of one single event without a word on it, before it is set aside: something in between may have refused. */
const REFUSALS_MAX = 3;
/** A backend that refuses more than this, one after the other, is broken itself: what follows waits. */
const SET_ASIDE_IN_A_ROW_MAX = 10;

export interface PoisonParts {
  uplink: Uplink;
  setAside: SetAsideStore;
  clock: Clock;
  log: Log;
  batchMax: number;
}

/** Whether the batch was refused for what is in it. */
export function isRefusedForItself(error: unknown): error is UplinkError {
  return error instanceof UplinkError && (error.malformed || error.tooLarge);
}

/** Finds the events of one lock that the backend will never take, and sets them aside, so that those behind them get through. */
export class Poison {
  readonly #lockId: string;
  readonly #parts: PoisonParts;
  #batchMax: number;
  #refusals = 0;
  #inARow = 0;

  constructor(lockId: string, parts: PoisonParts) {
    this.#lockId = lockId;
    this.#parts = parts;
    this.#batchMax = parts.batchMax;
  }

  /** How many events to send at once: fewer while one is looked for. */
  get batchMax(): number {
    return this.#batchMax;
  }

  /** All of the batch through this cursor has been taken. */
  taken(batch: readonly OutgoingEvent[], throughCursor: number): void {
    this.#refusals = 0;
    this.#batchMax = Math.min(this.#parts.batchMax, 2 * this.#batchMax);
    if (batch.some(({ row, isReport }) => !isReport && row.cursor <= throughCursor)) this.#inARow = 0;
  }

  /** Half as many events the next time, until the one to blame is alone. Returns why to wait, undefined if there is no need to. */
  async refused(batch: readonly OutgoingEvent[], error: UplinkError): Promise<string | undefined> {
    this.#batchMax = Math.max(1, Math.floor(batch.length / 2));
    if (batch.length > 1) return undefined;
    this.#refusals++;
    const [only] = batch;
    if (only && error.malformed && this.#refusals >= REFUSALS_MAX) return this.setAside(only.row, error.message);
    return `${error.message}.`;
  }

  /** Returns why not, if too many have gone that way. */
  async setAside(row: EventRow, why: string): Promise<string | undefined> {
    const { setAside, clock, log } = this.#parts;
    if (this.#inARow >= SET_ASIDE_IN_A_ROW_MAX) {
      return `${why}. It refused ${SET_ASIDE_IN_A_ROW_MAX} events in a row before; the rest waits.`;
    }
    this.#inARow++;
    this.#refusals = 0;
    await setAside.put(row, `${why}.`, clock.wallMs());
    log.error({ lockId: this.#lockId, id: eventId(row) }, `Set aside: ${why}.`);
    return undefined;
  }

  /** Sends an event that was set aside once more, out of its order, because somebody wants it. */
  async sendAgain(row: SetAsideRow): Promise<void> {
    const { uplink, setAside } = this.#parts;
    const event = toCloudEvent(row);
    try {
      const { results = [] } = await uplink.deliver([event], "ordinary");
      const outcome = results.find(({ id }) => id === event.id)?.outcome;
      if (outcome === "rejected" || outcome === "retry") await setAside.setState(row.cursor, "held");
      else await setAside.remove(row.cursor);
    } catch (error) {
      if (!isRefusedForItself(error)) throw error;
      await setAside.setState(row.cursor, "held");
    }
  }
}
