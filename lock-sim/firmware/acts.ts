import { Action } from "../../protocol/documents/order.ts";
import { RecordFlag, RecordType } from "../../protocol/log/record.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { Signals } from "../hal.ts";
import type { ActiveRoster } from "./active-roster.ts";
import type { BoltControl } from "./bolt-control.ts";
import type { PrivacyWatch } from "./door/privacy-watch.ts";
import type { ShownCredentials } from "./door/shown-credentials.ts";
import type { EventLog } from "./event-log.ts";
import { eventOf, type Intent, type Journal, type Outcome } from "./journal.ts";
import type { PairingMode } from "./pairing-mode.ts";

/** A bolt that jammed on its way to letting somebody in is thrown again after this. */
const RELOCK_AFTER_JAM_MS = 10_000;

interface ActsParts {
  readonly log: EventLog;
  readonly journal: Journal;
  readonly bolt: BoltControl;
  readonly pairing: PairingMode;
  readonly roster: ActiveRoster;
  readonly shown: ShownCredentials;
  readonly privacy: PrivacyWatch;
  readonly signals: Signals;
}

/**
 * Carries out what was accepted, an order or an opening at the door, one at a time, in the order of protocol.md §9: INTENT,
 * read back, act, event, DONE. A bolt takes its time; `poll` tells when it is over.
 */
export class Acts {
  readonly #parts: ActsParts;
  #underWay: { intent: Intent; flags: number } | undefined;

  constructor(parts: ActsParts) {
    this.#parts = parts;
  }

  get isBusy(): boolean {
    return this.#underWay !== undefined;
  }

  /** Begins; undefined while the bolt is on its way. */
  start(intent: Intent): Outcome | undefined {
    const { journal, shown, privacy } = this.#parts;
    journal.begin(intent);
    shown.forget();
    const isEmergency = privacy.isOn && heldBackByPrivacy(intent.action);
    this.#underWay = { intent, flags: isEmergency ? RecordFlag.emergency : 0 };
    const target = endStopOf(intent.action);
    if (target) this.#parts.bolt.drive(target);
    return this.poll();
  }

  /** The outcome, once. */
  poll(): Outcome | undefined {
    const underWay = this.#underWay;
    if (!underWay) return undefined;
    const { intent, flags } = underWay;
    const travel = endStopOf(intent.action) ? this.#parts.bolt.travel() : "arrived";
    if (travel === "moving") return undefined;
    this.#underWay = undefined;
    return travel === "arrived" ? this.#done(intent, flags) : this.#jammed(intent);
  }

  /** A factory reset comes between: what became of the order nobody will ask. */
  abandon(): void {
    if (!this.#underWay) return;
    this.#underWay = undefined;
    this.#parts.bolt.halt();
    this.#parts.journal.finish(Reason.outcomeUnknown);
  }

  #done(intent: Intent, flags: number): Outcome {
    this.#takeEffect(intent.action);
    this.#parts.signals.show("granted");
    this.#parts.log.append({ ...eventOf(intent.action, intent.slot, intent.grantId), flags });
    return this.#parts.journal.finish(Reason.done);
  }

  #jammed({ slot, grantId, action }: Intent): Outcome {
    if (action !== Action.lock && !this.#parts.bolt.isThrown()) this.#parts.bolt.relockIn(RELOCK_AFTER_JAM_MS);
    this.#parts.signals.show("refused");
    this.#parts.log.append({ type: RecordType.jammed, slot, ref: grantId });
    return this.#parts.journal.finish(Reason.jammed);
  }

  /** What holds from now on, besides where the bolt is. */
  #takeEffect(action: Action): void {
    switch (action) {
      case Action.unlock:
        this.#parts.bolt.relockIn(this.#parts.roster.settings.unlockSeconds * 1000);
        break;
      case Action.lock:
        this.#parts.bolt.locked();
        break;
      case Action.hold:
        this.#parts.bolt.hold();
        break;
      case Action.endHold:
        this.#parts.bolt.endHold();
        break;
      case Action.allowPairing:
        this.#parts.pairing.permitOneMore();
        break;
      case Action.courier:
      case Action.unpair:
        break;
    }
  }
}

/** Where the action wants the bolt, if it moves it. */
function endStopOf(action: Action): "thrown" | "drawn" | undefined {
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

/** The actions that draw the bolt: the others disturb nobody. */
function heldBackByPrivacy(action: Action): boolean {
  return endStopOf(action) === "drawn";
}
