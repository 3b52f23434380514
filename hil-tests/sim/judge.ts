import { deterministicSuite } from "../../crypto/testing/deterministic-suite.ts";
import type { Happening } from "./happening.ts";
import { BoltMovesForAReason } from "./invariants/bolt-moves-for-a-reason.ts";
import { ClockKeepsToRules, type ReadClock } from "./invariants/clock-keeps-to-rules.ts";
import { CountersRise, type ReadCounters } from "./invariants/counters-rise.ts";
import { DoneWasDone, type ReadBolt } from "./invariants/done-was-done.ts";
import { EventsArrive } from "./invariants/events-arrive.ts";
import { ForgetsOnReceipt, type ReadReceipted } from "./invariants/forgets-on-receipt.ts";
import { HandOpens } from "./invariants/hand-opens.ts";
import type { Invariant } from "./invariants/invariant.ts";
import { NoncesUnique } from "./invariants/nonces-unique.ts";
import { NothingCrashes } from "./invariants/nothing-crashes.ts";
import { RevokedStaysRevoked } from "./invariants/revoked-stays-revoked.ts";
import { StaysBounded } from "./invariants/stays-bounded.ts";
import { OrderBook } from "./oracle/order-book.ts";
import { type ReadTable, Truth } from "./oracle/truth.ts";
import { lineOf } from "./trace.ts";

/** What is broken, and when. */
export interface Broken {
  invariant: string;
  sentence: string;
  atMs: number;
  /** What happened last, the newest at the end. */
  last: readonly string[];
}

export interface JudgeParts {
  readTable: ReadTable;
  boltOf: ReadBolt;
  readClock: ReadClock;
  readCounters: ReadCounters;
  readReceipted: ReadReceipted;
  siteOf: (lock: number) => number;
  hasUplink: (lock: number) => boolean;
  indexOf: (lockId: Uint8Array) => number;
}

const LAST_HAPPENINGS = 40;

/** Shows everything that happens to every invariant, and keeps the first that is broken. */
export class Judge {
  readonly suite = deterministicSuite;
  readonly nonces: NoncesUnique;
  readonly events = new EventsArrive();
  readonly #truth: Truth;
  readonly #orders = new OrderBook();
  readonly #invariants: readonly Invariant[];
  #last: { atMs: number; happening: Happening }[] = [];
  #broken: Broken | undefined;
  #nowMs = 0;

  constructor(parts: JudgeParts) {
    const { readTable, boltOf, siteOf, indexOf } = parts;
    this.#truth = new Truth(readTable, indexOf);
    this.nonces = new NoncesUnique((sentence) => this.break(this.nonces.name, sentence));
    this.#invariants = [
      new BoltMovesForAReason(this.#truth, this.#orders),
      new DoneWasDone(this.#orders, boltOf),
      new RevokedStaysRevoked(this.#truth, siteOf, indexOf),
      new CountersRise(siteOf, parts.readCounters),
      new ClockKeepsToRules(parts.readClock),
      new ForgetsOnReceipt(parts.readReceipted, parts.hasUplink),
      new HandOpens(),
      new NothingCrashes(),
      new StaysBounded(),
      this.events,
    ];
  }

  get broken(): Broken | undefined {
    return this.#broken;
  }

  get names(): string[] {
    return [...this.#invariants.map(({ name }) => name), this.nonces.name, IN_STEP];
  }

  see(happening: Happening, atMs: number): void {
    this.#nowMs = atMs;
    if (happening.kind !== "size") this.#last.push({ atMs, happening });
    if (this.#last.length > 2 * LAST_HAPPENINGS) this.#last = this.#last.slice(-LAST_HAPPENINGS);
    const wrongTable = this.#truth.see(happening);
    if (wrongTable !== undefined) this.break("a lock goes by what its issuer has signed", wrongTable);
    this.#orders.see(happening);
    for (const invariant of this.#invariants) {
      const sentence = invariant.see(happening, atMs);
      if (sentence !== undefined) this.break(invariant.name, sentence);
    }
  }

  /** The first counts: what follows may follow from it. */
  break(invariant: string, sentence: string): void {
    const last = this.#last.slice(-LAST_HAPPENINGS).map(({ atMs, happening }) => lineOf(atMs, happening));
    this.#broken ??= { invariant, sentence, atMs: this.#nowMs, last };
  }
}

export const IN_STEP = "every lock that can be reached for long enough gets in step, and all its events arrive";
