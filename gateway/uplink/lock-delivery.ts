import { type Clock, delay } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { Backoff } from "../link/backoff.ts";
import type { Log } from "../log.ts";
import type { EventRow, EventStore } from "../store/event-store.ts";
import { lastSeqOf } from "../store/loss.ts";
import type { OutboxStore } from "../store/outbox-store.ts";
import type { RewindStore } from "../store/rewind-store.ts";
import type { SetAsideRow, SetAsideStore } from "../store/set-aside-store.ts";
import { StoreError } from "../store/store-error.ts";
import type { BackendAnswer, LogPlace } from "./backend-answer.ts";
import { eventId, toCloudEvent } from "./cloud-event.ts";
import type { DeliveryTurns } from "./delivery-turns.ts";
import { type Judgement, judgeAnswer } from "./judge-answer.ts";
import { nextBatch, type OutgoingEvent } from "./next-batch.ts";
import { type Uplink, UplinkError } from "./uplink.ts";

const RETRY = { firstMs: 1_000, maxMs: 5 * 60_000 };
const RETRY_AFTER_MS_MAX = 60 * 60_000;
/** Refusals of one single event without a word on it, before it is set aside: something in between may have refused. */
const REFUSALS_MAX = 3;
/** A backend that refuses more than this, one after the other, is broken itself: what follows waits. */
const SET_ASIDE_IN_A_ROW_MAX = 10;

export interface DeliveryParts {
  uplink: Uplink;
  events: EventStore;
  outbox: OutboxStore;
  rewinds: RewindStore;
  setAside: SetAsideStore;
  turns: DeliveryTurns;
  clock: Clock;
  random: Random;
  log: Log;
  batchMax: number;
  /** The backend has more of this lock's records for good. */
  receipted: (lockId: string) => void;
  /** What else the answer to a batch of this lock says. */
  heard: (answer: BackendAnswer) => Promise<void>;
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
  /** Shrinks when a batch is refused as a whole, so that what stands before the event to blame gets through. */
  #batchMax: number;
  #refusals = 0;
  #setAsideInARow = 0;
  /** Through here events have been sent since the start, or the last rewind; a receipt for them may come late. */
  #sentCursor = 0;
  /** Counts rewinds: the answer to what was sent before one no longer counts. */
  #rewinds = 0;

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

  /** What the backend said that could not be true. */
  get lies(): number {
    return this.#lies;
  }

  poke(): void {
    if (this.#isRunning || this.#closing.aborted) return;
    this.#isRunning = true;
    this.#ended = this.#deliverAll();
  }

  /** Settles when nothing is under way. */
  async idle(): Promise<void> {
    await this.#ended;
  }

  /** A receipt that comes unasked: it may be late, doubled or old, and covers what was sent alone. */
  async hear({ generation, seq }: LogPlace): Promise<void> {
    const { events, outbox, batchMax } = this.#parts;
    const sent = nextBatch(this.#parts, this.#lockId, batchMax).filter(
      ({ row }) => row.generation === generation && row.cursor <= this.#sentCursor,
    );
    const sentThrough = Math.max(
      outbox.sentThrough(this.#lockId, generation),
      ...sent.map(({ row }) => lastSeqOf(row)),
    );
    if (seq > sentThrough) return this.#disbelieve([`a receipt through ${seq} when only ${sentThrough} was sent`]);
    if (seq <= events.durableThrough(this.#lockId, generation)) return;
    const receipt = { lockId: this.#lockId, generation, seq };
    const { deliveredCursor = 0 } = judgeAnswer(sent, { durableThrough: [receipt] }, this.#known);
    await this.#advance(new Map([[generation, seq]]), deliveredCursor);
  }

  /** The backend has lost what follows this place. */
  async rewind({ generation, seq }: LogPlace): Promise<void> {
    const had = this.#parts.events.durableThrough(this.#lockId, generation);
    if (seq > had) return this.#disbelieve([`a rewind to ${seq} when it had only ${had}`]);
    this.#rewinds++;
    this.#sentCursor = 0;
    await this.#parts.rewinds.rewind(this.#lockId, generation, seq, this.#parts.clock.wallMs());
    this.#parts.log.warn(
      { lockId: this.#lockId, generation, seq },
      `${this.#parts.uplink.name} asks for events again.`,
    );
    this.poke();
  }

  async #deliverAll(): Promise<void> {
    for (let kind: "fresh" | "backlog" = "fresh"; ; kind = "backlog") {
      const endTurn = await this.#parts.turns.take(kind);
      let waitMs: number | undefined;
      try {
        const hasMore = !this.#closing.aborted && this.#hasMore();
        if (!hasMore) {
          // At once with the look, so that no poke falls between them.
          this.#isRunning = false;
          return;
        }
        waitMs = await this.#step();
      } finally {
        endTurn();
      }
      if (waitMs === undefined) continue;
      // The end of the wait by closing is no trouble.
      await delay(this.#parts.clock, waitMs, this.#closing).catch(() => {});
    }
  }

  #hasMore(): boolean {
    const { outbox, setAside } = this.#parts;
    return outbox.undelivered(this.#lockId, 1).length > 0 || setAside.toRetry(this.#lockId) !== undefined;
  }

  /** One batch; returns how long to wait before the next, undefined if there is no need to. */
  async #step(): Promise<number | undefined> {
    try {
      const retried = this.#parts.setAside.toRetry(this.#lockId);
      const trouble = retried ? await this.#deliverAgain(retried) : await this.#deliver();
      this.#note(trouble);
      return trouble === undefined ? undefined : this.#backoff.nextMs();
    } catch (error) {
      if (!(error instanceof UplinkError || error instanceof StoreError)) throw error;
      this.#note(`${error.message}.`);
      const retryAfterMs = error instanceof UplinkError ? (error.retryAfterMs ?? 0) : 0;
      return Math.max(this.#backoff.nextMs(), Math.min(retryAfterMs, RETRY_AFTER_MS_MAX));
    }
  }

  /** Returns why the next batch got nowhere, or undefined if some of it did. */
  async #deliver(): Promise<string | undefined> {
    const { uplink } = this.#parts;
    const batch = nextBatch(this.#parts, this.#lockId, this.#batchMax);
    const rewinds = this.#rewinds;
    this.#sentCursor = Math.max(this.#sentCursor, batch.at(-1)?.row.cursor ?? 0);
    let answer: BackendAnswer = {};
    try {
      // What was passed over may be all there was.
      if (batch.some(({ event }) => event)) {
        answer = await uplink.deliver(
          batch.flatMap(({ event }) => event ?? []),
          "ordinary",
        );
      }
    } catch (error) {
      if (error instanceof UplinkError && (error.malformed || error.tooLarge)) return this.#narrow(batch, error);
      throw error;
    }
    this.#refusals = 0;
    if (this.#rewinds !== rewinds) return undefined;
    const { own, others } = this.#split(answer, batch);
    const judgement = judgeAnswer(batch, own, this.#known);
    await this.#keep(judgement);
    await this.#parts.heard(others);
    // At its leisure: a backend that always asks again must not keep the gateway busy.
    if (this.#rewinds !== rewinds) return `${uplink.name} has asked for events again.`;
    const { rejected, deliveredCursor, lies } = judgement;
    if (deliveredCursor !== undefined) this.#goesWell(batch, deliveredCursor);
    if (rejected) return this.#setAside(rejected.row, `${uplink.name} rejects it: ${rejected.code}`);
    if (deliveredCursor !== undefined) return undefined;
    const [lie] = lies;
    return lie
      ? `${uplink.name} gave ${lie}; it is not believed.`
      : `${uplink.name} has not yet made the events durable.`;
  }

  /** What an answer says of the batch, and what it says besides. */
  #split(answer: BackendAnswer, batch: readonly OutgoingEvent[]): { own: BackendAnswer; others: BackendAnswer } {
    const { results = [], durableThrough = [], rewind = [], ...others } = answer;
    const isOf = (place: LogPlace, generation: number) =>
      place.lockId === this.#lockId && place.generation === generation;
    // A receipt beside a rewind says where that goes to.
    const receipts = durableThrough.filter((receipt) => !rewind.some((place) => isOf(place, receipt.generation)));
    const isOwn = (place: LogPlace) => batch.some(({ row }) => isOf(place, row.generation));
    return {
      own: { results, durableThrough: receipts.filter(isOwn) },
      others: { ...others, rewind, durableThrough: receipts.filter((place) => !isOwn(place)) },
    };
  }

  /** A refusal of the whole batch: fewer events find the one to blame, half as many each time. */
  async #narrow(batch: readonly OutgoingEvent[], error: UplinkError): Promise<string | undefined> {
    this.#batchMax = Math.max(1, Math.floor(batch.length / 2));
    if (batch.length > 1) return undefined;
    this.#refusals++;
    const [only] = batch;
    if (only && error.malformed && this.#refusals >= REFUSALS_MAX) return this.#setAside(only.row, error.message);
    return `${error.message}.`;
  }

  /** Returns why not, if too many have gone that way. */
  async #setAside(row: EventRow, why: string): Promise<string | undefined> {
    const { setAside, clock, log } = this.#parts;
    if (this.#setAsideInARow >= SET_ASIDE_IN_A_ROW_MAX) {
      return `${why}. It refused ${SET_ASIDE_IN_A_ROW_MAX} events in a row before; the rest waits.`;
    }
    this.#setAsideInARow++;
    this.#refusals = 0;
    this.#backoff.reset();
    await setAside.put(row, `${why}.`, clock.wallMs());
    log.error({ lockId: this.#lockId, id: eventId(row) }, `Set aside: ${why}.`);
    return undefined;
  }

  /** Somebody wants an event that was set aside to be tried once more, out of its order. */
  async #deliverAgain(row: SetAsideRow): Promise<string | undefined> {
    const { uplink, setAside } = this.#parts;
    const event = toCloudEvent(row);
    try {
      const { results = [] } = await uplink.deliver([event], "ordinary");
      const outcome = results.find(({ id }) => id === event.id)?.outcome;
      if (outcome === "retry") return `${uplink.name} does not take ${event.id} now.`;
      if (outcome === "rejected") await setAside.setState(row.cursor, "held");
      else await setAside.remove(row.cursor);
    } catch (error) {
      if (!(error instanceof UplinkError && (error.malformed || error.tooLarge))) throw error;
      await setAside.setState(row.cursor, "held");
    }
    return undefined;
  }

  readonly #known = {
    durableBefore: (generation: number) => this.#parts.events.durableThrough(this.#lockId, generation),
    heldThrough: (generation: number) => this.#parts.events.positionIn(this.#lockId, generation)?.seq ?? 0,
  };

  async #keep({ durable, deliveredCursor, lies }: Judgement): Promise<void> {
    this.#disbelieve(lies);
    if (deliveredCursor !== undefined) await this.#advance(durable, deliveredCursor);
  }

  async #advance(durable: ReadonlyMap<number, number>, cursor: number): Promise<void> {
    await this.#parts.outbox.advance(this.#lockId, durable, cursor, this.#parts.clock.wallMs());
    this.#parts.receipted(this.#lockId);
  }

  #goesWell(batch: readonly OutgoingEvent[], deliveredCursor: number): void {
    this.#backoff.reset();
    this.#batchMax = Math.min(this.#parts.batchMax, 2 * this.#batchMax);
    if (batch.some(({ row, isReport }) => !isReport && row.cursor <= deliveredCursor)) this.#setAsideInARow = 0;
  }

  #disbelieve(lies: readonly string[]): void {
    this.#lies += lies.length;
    for (const lie of lies) this.#parts.log.warn({ lockId: this.#lockId }, `${this.#parts.uplink.name} gave ${lie}.`);
  }

  #note(trouble: string | undefined): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const fields = { lockId: this.#lockId, lies: this.#lies };
    if (trouble === undefined) this.#parts.log.info(fields, "Events are being delivered again.");
    else this.#parts.log.warn(fields, trouble);
  }
}
