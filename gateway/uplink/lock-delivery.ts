import { type Clock, delay } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { Backoff } from "../link/backoff.ts";
import type { Log } from "../log.ts";
import type { EventStore } from "../store/event-store.ts";
import { lastSeqOf } from "../store/loss.ts";
import type { OutboxStore } from "../store/outbox-store.ts";
import type { RewindStore } from "../store/rewind-store.ts";
import type { SetAsideStore } from "../store/set-aside-store.ts";
import { StoreError } from "../store/store-error.ts";
import type { BackendAnswer, LogPlace } from "./backend-answer.ts";
import type { DeliveryTurns } from "./delivery-turns.ts";
import { type Judgement, judgeAnswer } from "./judge-answer.ts";
import { nextBatch, type OutgoingEvent } from "./next-batch.ts";
import { isRefusedForItself, Poison } from "./poison.ts";
import { type Uplink, UplinkError } from "./uplink.ts";

const RETRY = { firstMs: 1_000, maxMs: 5 * 60_000 };
const RETRY_AFTER_MS_MAX = 60 * 60_000;
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
  readonly #poison: Poison;
  #isRunning = false;
  #ended: Promise<void> = Promise.resolve();
  #trouble: string | undefined;
  #lies = 0;
  /** Through here events have been sent since the start, or the last rewind; a receipt for them may come late. */
  #sentCursor = 0;
  /** Counts rewinds: the answer to what was sent before one no longer counts. */
  #rewinds = 0;

  constructor(lockId: string, parts: DeliveryParts, closing: AbortSignal) {
    this.#lockId = lockId;
    this.#parts = parts;
    this.#closing = closing;
    this.#backoff = new Backoff(parts.random, RETRY);
    this.#poison = new Poison(lockId, parts);
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
      if (retried) {
        await this.#poison.sendAgain(retried);
        return undefined;
      }
      const trouble = await this.#deliver();
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
    const batch = nextBatch(this.#parts, this.#lockId, this.#poison.batchMax);
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
      if (isRefusedForItself(error)) return this.#poison.refused(batch, error);
      throw error;
    }
    if (this.#rewinds !== rewinds) return undefined;
    const { own, others } = this.#split(answer, batch);
    const judgement = judgeAnswer(batch, own, this.#known);
    await this.#keep(judgement);
    await this.#parts.heard(others);
    // At its leisure: a backend that always asks again must not keep the gateway busy.
    if (this.#rewinds !== rewinds) return `${uplink.name} has asked for events again.`;
    const { rejected, deliveredCursor, lies } = judgement;
    if (deliveredCursor !== undefined) {
      this.#backoff.reset();
      this.#poison.taken(batch, deliveredCursor);
    }
    if (rejected) return this.#poison.setAside(rejected.row, `${uplink.name} rejects it: ${rejected.code}`);
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

  readonly #known = {
    durableBefore: (generation: number) => this.#parts.events.durableThrough(this.#lockId, generation),
    heldThrough: (generation: number) => this.#heldThrough(generation),
  };

  /** A gateway that was put back may never learn how far a generation went that is over: the lock may have forgotten it. */
  #heldThrough(generation: number): number {
    const { events } = this.#parts;
    const isOver = generation < (events.position(this.#lockId)?.generation ?? 0);
    return isOver ? Number.POSITIVE_INFINITY : (events.positionIn(this.#lockId, generation)?.seq ?? 0);
  }

  async #keep({ durable, deliveredCursor, lies }: Judgement): Promise<void> {
    this.#disbelieve(lies);
    if (deliveredCursor !== undefined) await this.#advance(durable, deliveredCursor);
  }

  async #advance(durable: ReadonlyMap<number, number>, cursor: number): Promise<void> {
    await this.#parts.outbox.advance(this.#lockId, durable, cursor, this.#parts.clock.wallMs());
    this.#parts.receipted(this.#lockId);
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
