import { Action } from "../../protocol/documents/order.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { Signals } from "../hal.ts";
import type { ActiveRoster } from "./active-roster.ts";
import type { BoltControl } from "./bolt-control.ts";
import type { EventLog } from "./event-log.ts";
import { eventOf, type Intent, type Journal, type Outcome } from "./journal.ts";
import type { PairingMode } from "./pairing-mode.ts";

/** A bolt that jammed on its way to letting somebody in is thrown again after this. */
const RELOCK_AFTER_JAM_MS = 10_000;

/**
 * Carries accepted orders out, one at a time, in the order of protocol.md §9: INTENT, read back, act, event, DONE.
 * A bolt takes its time; `poll` tells when it is over.
 */
export class Acts {
  readonly #log: EventLog;
  readonly #journal: Journal;
  readonly #bolt: BoltControl;
  readonly #pairing: PairingMode;
  readonly #roster: ActiveRoster;
  readonly #signals: Signals;
  #underWay: Intent | undefined;

  constructor(
    log: EventLog,
    journal: Journal,
    bolt: BoltControl,
    pairing: PairingMode,
    roster: ActiveRoster,
    signals: Signals,
  ) {
    this.#log = log;
    this.#journal = journal;
    this.#bolt = bolt;
    this.#pairing = pairing;
    this.#roster = roster;
    this.#signals = signals;
  }

  get isBusy(): boolean {
    return this.#underWay !== undefined;
  }

  /** Begins; undefined while the bolt is on its way. */
  start(intent: Intent): Outcome | undefined {
    this.#journal.begin(intent);
    this.#underWay = intent;
    const target = endStopOf(intent.action);
    if (target) this.#bolt.drive(target);
    return this.poll();
  }

  /** The outcome, once. */
  poll(): Outcome | undefined {
    const intent = this.#underWay;
    if (!intent) return undefined;
    const travel = endStopOf(intent.action) ? this.#bolt.travel() : "arrived";
    if (travel === "moving") return undefined;
    this.#underWay = undefined;
    return travel === "arrived" ? this.#done(intent) : this.#jammed(intent);
  }

  /** A factory reset comes between: what became of the order nobody will ask. */
  abandon(): void {
    if (!this.#underWay) return;
    this.#underWay = undefined;
    this.#bolt.halt();
    this.#journal.finish(Reason.outcomeUnknown);
  }

  #done(intent: Intent): Outcome {
    this.#takeEffect(intent.action);
    this.#signals.show("granted");
    this.#log.append(eventOf(intent.action, intent.slot, intent.grantId));
    return this.#journal.finish(Reason.done);
  }

  #jammed({ slot, grantId, action }: Intent): Outcome {
    if (action !== Action.lock && !this.#bolt.isThrown()) this.#bolt.relockIn(RELOCK_AFTER_JAM_MS);
    this.#signals.show("refused");
    this.#log.append({ type: RecordType.jammed, slot, ref: grantId });
    return this.#journal.finish(Reason.jammed);
  }

  /** What holds from now on, besides where the bolt is. */
  #takeEffect(action: Action): void {
    switch (action) {
      case Action.unlock:
        this.#bolt.relockIn(this.#roster.settings.unlockSeconds * 1000);
        break;
      case Action.lock:
        this.#bolt.locked();
        break;
      case Action.hold:
        this.#bolt.hold();
        break;
      case Action.endHold:
        this.#bolt.endHold();
        break;
      case Action.allowPairing:
        this.#pairing.permitOneMore();
        break;
      case Action.courier:
      case Action.unpair:
        break;
    }
  }
}

/** Where the action wants the bolt, if it moves it. */
export function endStopOf(action: Action): "thrown" | "drawn" | undefined {
  switch (action) {
    case Action.unlock:
    case Action.hold:
      return "drawn";
    case Action.lock:
      return "thrown";
    case Action.endHold:
    case Action.allowPairing:
    case Action.unpair:
    case Action.courier:
      return undefined;
  }
}
