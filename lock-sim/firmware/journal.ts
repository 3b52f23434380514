import { Action } from "../../protocol/documents/order.ts";
import { type LogRecord, NO_SLOT, RecordType } from "../../protocol/log/record.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { Event, EventLog } from "./event-log.ts";
import type { Counter, Slots } from "./slots.ts";
import type { LogStore } from "./storage/log-store.ts";

/** An order that was accepted: what its INTENT says. */
export interface Intent {
  /** NO_SLOT in PASS. */
  readonly slot: number;
  readonly action: Action;
  /** Zero for action 5. */
  readonly grantId: Uint8Array;
  /** RESUME's counter if an S1 brought the order; its tag is then the record's ref. */
  readonly counter: Counter | undefined;
  readonly challenge: Uint8Array;
}

/** What became of it. `seq` is that of the DONE. */
export type Outcome = { readonly result: Reason; readonly seq: number };

export type Recorded = { kind: "unknown" } | { kind: "open" } | { kind: "done"; outcome: Outcome };

/**
 * INTENT before the act, DONE after it (protocol.md §9): whatever moment the power goes, the log says afterwards
 * what was done, and no order is carried out twice. One order is open at a time.
 */
export class Journal {
  readonly #log: EventLog;
  readonly #store: LogStore;
  readonly #slots: Slots;
  #open: { slot: number; n: number; grantId: Uint8Array } | undefined;

  constructor(log: EventLog, store: LogStore, slots: Slots) {
    this.#log = log;
    this.#store = store;
    this.#slots = slots;
  }

  /** When this returns the INTENT lasts, and the lock may act. */
  begin({ slot, action, grantId, counter, challenge }: Intent): void {
    this.#log.append({
      type: RecordType.intent,
      slot,
      result: action,
      n: counter?.n ?? 0,
      ref: counter?.tag ?? challenge,
      aux: grantId,
    });
    if (counter) this.#slots.countInLog(slot, counter);
    this.#open = { slot, n: counter?.n ?? 0, grantId };
  }

  /** Records the outcome of the order that is open. */
  finish(result: Reason): Outcome {
    const { slot, n, grantId } = this.#open!;
    const { seq } = this.#log.append({ type: RecordType.done, slot, result, n, ref: grantId });
    this.#open = undefined;
    return { result, seq };
  }

  /** What the log says of the ACT that this S1 brought (protocol.md §4). */
  recorded(slot: number, counter: Counter): Recorded {
    let done: LogRecord | undefined;
    for (const record of this.#store.newestFirst()) {
      if (record.type === RecordType.done) done = record;
      if (record.type !== RecordType.intent) continue;
      if (record.slot === slot && record.n === counter.n && equalBytes(record.ref, counter.tag)) {
        return done ? { kind: "done", outcome: { result: done.result as Reason, seq: done.seq } } : { kind: "open" };
      }
    }
    return { kind: "unknown" };
  }

  /** At boot, before the boot record: takes up the slots' counters and closes an order that the power cut left open. */
  recover(): void {
    this.#recoverCounters();
    const events: LogRecord[] = [];
    for (const record of this.#store.newestFirst()) {
      if (record.type === RecordType.done) return;
      if (record.type === RecordType.intent) {
        this.#close(record, events);
        return;
      }
      events.push(record);
    }
  }

  #close(intent: LogRecord, events: readonly LogRecord[]): void {
    const own = eventOf(intent.result as Action, intent.slot, intent.aux);
    const wasDone = events.some((event) => isSameEvent(event, own));
    this.#open = { slot: intent.slot, n: intent.n, grantId: intent.aux };
    this.finish(wasDone ? Reason.done : Reason.outcomeUnknown);
  }

  /**
   * The newest n of a slot may stand in an INTENT alone. Records from before its last pairing are another gateway's.
   */
  #recoverCounters(): void {
    const settled = new Set<number>();
    for (const { type, slot, n, ref } of this.#store.newestFirst()) {
      if (settled.has(slot)) continue;
      const isPairing = type === RecordType.paired && n === 0;
      if (isPairing) settled.add(slot);
      if (type !== RecordType.intent || n === 0) continue;
      settled.add(slot);
      this.#slots.countInLog(slot, { n, tag: ref });
    }
  }
}

/** The event that an action leaves in the log when it has been done: boot knows by it that it was. */
export function eventOf(action: Action, slot: number, grantId: Uint8Array): Event {
  const by = { slot, ref: grantId };
  switch (action) {
    case Action.unlock:
      return { type: RecordType.unlocked, ...by };
    case Action.lock:
      return { type: RecordType.locked, ...by };
    case Action.hold:
      return { type: RecordType.hold, n: 0, ...by };
    case Action.endHold:
      return { type: RecordType.hold, n: 1, ...by };
    case Action.courier:
      return { type: RecordType.permission, n: 0, ...by };
    case Action.allowPairing:
      return { type: RecordType.permission, n: 1, ...by };
    case Action.unpair:
      return { type: RecordType.paired, n: 1, ...by };
  }
}

function isSameEvent(record: LogRecord, event: Event): boolean {
  const isSameSlot = record.slot === (event.slot ?? NO_SLOT);
  return record.type === event.type && record.n === (event.n ?? 0) && isSameSlot && equalBytes(record.ref, event.ref!);
}
