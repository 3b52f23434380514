import { Action } from "../../../protocol/documents/order.ts";
import { type LogRecord, RecordFlag, RecordType } from "../../../protocol/log/record.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import type { Happening } from "../happening.ts";
import type { OrderBook } from "../oracle/order-book.ts";
import type { Invariant } from "./invariant.ts";

const ACTION_NAMES = { unlock: Action.unlock, lock: Action.lock, hold: Action.hold, "end-hold": Action.endHold };

/** What an action leaves in the log when it has been carried out (protocol.md §9). */
const EVENTS: Record<Action, RecordType> = {
  [Action.unlock]: RecordType.unlocked,
  [Action.lock]: RecordType.locked,
  [Action.hold]: RecordType.hold,
  [Action.endHold]: RecordType.hold,
  [Action.allowPairing]: RecordType.permission,
  [Action.unpair]: RecordType.paired,
  [Action.courier]: RecordType.permission,
};

interface Request {
  id: number;
  act: keyof typeof ACTION_NAMES;
  challenges: Uint8Array[];
  /** Seqs of DONE records with result 0 of this action since it was asked. */
  done: Set<number>;
}

/** Where a bolt is, as its end switches say. */
export type ReadBolt = (lock: number) => "thrown" | "drawn" | "between";

/**
 * protocol.md §9: "done" is only said when it was done. An answer of the API stands on a DONE of its own time, a request is carried
 * out at most once, and a record that says where the bolt went says where it is.
 */
export class DoneWasDone implements Invariant {
  readonly name = '"done" is never said of what was not done';
  readonly #orders: OrderBook;
  readonly #boltOf: ReadBolt;
  readonly #asked = new Map<number, Request>();
  readonly #openIntent = new Map<number, { action: Action; hasEvent: boolean }>();
  readonly #isBooting = new Set<number>();

  constructor(orders: OrderBook, boltOf: ReadBolt) {
    this.#orders = orders;
    this.#boltOf = boltOf;
  }

  see(happening: Happening): string | undefined {
    switch (happening.kind) {
      case "asked":
        this.#asked.set(happening.lock, { id: happening.request, act: happening.act, challenges: [], done: new Set() });
        return undefined;
      case "order-signed":
        if (happening.by === "operator") this.#asked.get(happening.lock)?.challenges.push(happening.claims.challenge);
        return undefined;
      case "power":
        if (!happening.isOn) this.#isBooting.add(happening.lock);
        return undefined;
      case "record":
        return this.#record(happening);
      case "answered":
        return this.#answered(happening);
      default:
        return undefined;
    }
  }

  #record({ lock, record }: Happening & { kind: "record" }): string | undefined {
    switch (record.type) {
      case RecordType.boot:
        this.#isBooting.delete(lock);
        return undefined;
      case RecordType.intent:
        this.#openIntent.set(lock, { action: record.result as Action, hasEvent: false });
        return undefined;
      case RecordType.done:
        return this.#done(lock, record);
      case RecordType.unlocked:
        this.#noteEvent(lock, record);
        return this.#expectBolt(lock, record.flags, "drawn");
      case RecordType.locked:
        this.#noteEvent(lock, record);
        return this.#expectBolt(lock, record.flags, "thrown");
      default:
        this.#noteEvent(lock, record);
        return undefined;
    }
  }

  /** Whether the record is the event that the open order leaves when it has been carried out. */
  #noteEvent(lock: number, { type, flags }: LogRecord): void {
    const intent = this.#openIntent.get(lock);
    const isByHand = (flags & RecordFlag.byHand) !== 0;
    if (intent && !isByHand && type === EVENTS[intent.action]) intent.hasEvent = true;
  }

  #done(lock: number, { result, seq }: LogRecord): string | undefined {
    const intent = this.#openIntent.get(lock);
    this.#openIntent.delete(lock);
    if (!intent || result !== Reason.done) return undefined;
    if (!intent.hasEvent) return `lock ${lock} writes done at record ${seq}, and no event says so`;
    const request = this.#asked.get(lock);
    if (request && intent.action === ACTION_NAMES[request.act]) request.done.add(seq);
    return undefined;
  }

  /** What a hand has turned may be turned back at once; and what is told after a power cut may be over. */
  #expectBolt(lock: number, flags: number, expected: "thrown" | "drawn"): string | undefined {
    if ((flags & RecordFlag.byHand) !== 0 || this.#isBooting.has(lock)) return undefined;
    const position = this.#boltOf(lock);
    return position === expected
      ? undefined
      : `lock ${lock} writes that its bolt is ${expected}, and it is ${position}`;
  }

  #answered({ lock, request: id, outcome }: Happening & { kind: "answered" }): string | undefined {
    const request = this.#asked.get(lock);
    if (request?.id !== id) return undefined;
    const used = request.challenges.filter((challenge) => this.#orders.wasUsed(lock, challenge)).length;
    if (used > 1) return `request ${id} to lock ${lock} was carried out ${used} times`;
    if (outcome.kind === "done" && !request.done.has(outcome.seq)) {
      return `request ${id} to lock ${lock} is said to be done at record ${outcome.seq}, which says nothing of it`;
    }
    if (outcome.kind !== "unreachable") return undefined;
    if (used > 0) return `request ${id} to lock ${lock} is said to have done nothing, and it was carried out`;
    for (const challenge of request.challenges) this.#orders.bury(lock, challenge);
    return undefined;
  }
}
