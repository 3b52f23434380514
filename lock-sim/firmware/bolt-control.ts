import { RecordFlag, RecordType } from "../../protocol/log/record.ts";
import type { Bolt, DoorSensor, Uptime } from "../hal.ts";
import type { ActiveRoster } from "./active-roster.ts";
import type { EventLog } from "./event-log.ts";

/** A bolt that has not reached its end stop by then is jammed. */
const TRAVEL_MS_MAX = 3000;
/** How often the end switches are looked at while the motor runs. */
const TRAVEL_POLL_MS = 20;
/** A jammed bolt is tried again by itself, so that a door does not stay unlocked for ever. */
const RELOCK_RETRY_MS = 10_000;

type EndStop = "thrown" | "drawn";
/** Who wants the bolt moved: an order, which waits for the outcome, or the lock by itself. */
type Motion = { kind: "still" } | Moving;
type Moving = { kind: "moving"; to: EndStop; untilMs: number; lookAtMs: number; by: "order" | "relock" };

type Travel = "moving" | "arrived" | "jammed";

/**
 * The motor and what the lock does with the bolt by itself: a timed unlock relocks, a hold stays, a bolt moved by
 * hand is noticed. It is thrown by itself only while the door is closed.
 */
export class BoltControl {
  readonly #bolt: Bolt;
  readonly #door: DoorSensor;
  readonly #uptime: Uptime;
  readonly #log: EventLog;
  readonly #roster: ActiveRoster;
  #motion: Motion = { kind: "still" };
  #lastStop: EndStop | undefined;
  #relockAtMs: number | undefined;
  #isHeld = false;
  #isJammed = false;

  constructor(bolt: Bolt, door: DoorSensor, uptime: Uptime, log: EventLog, roster: ActiveRoster) {
    this.#bolt = bolt;
    this.#door = door;
    this.#uptime = uptime;
    this.#log = log;
    this.#roster = roster;
  }

  /**
   * At boot, before the boot record is written: what the log says of the bolt decides (protocol.md §9, last
   * paragraph).
   */
  recover(lastWord: "held" | "relock" | "stay"): void {
    const position = this.#bolt.position();
    this.#lastStop = position === "between" ? undefined : position;
    this.#isHeld = lastWord === "held";
    if (lastWord === "relock" && position !== "thrown") this.relockIn(0);
  }

  isThrown(): boolean {
    return this.#bolt.position() === "thrown";
  }

  get isJammed(): boolean {
    return this.#isJammed;
  }

  /** Starts the motor for an order; an order goes before what the lock does by itself. Ask `travel` until it ends. */
  drive(to: EndStop): void {
    this.#start(to, "order");
  }

  /** How far the drive that an order started has come. */
  travel(): Travel {
    if (this.#motion.kind === "still") return this.#isJammed ? "jammed" : "arrived";
    return this.#look(this.#motion);
  }

  /** The bolt has been drawn for a time. Under a hold it stays. */
  relockIn(delayMs: number): void {
    if (!this.#isHeld) this.#relockAtMs = this.#uptime.milliseconds() + delayMs;
  }

  hold(): void {
    this.#isHeld = true;
    this.#relockAtMs = undefined;
  }

  /** The bolt is thrown as soon as the door is closed. */
  endHold(): void {
    this.#isHeld = false;
    if (!this.isThrown()) this.relockIn(0);
  }

  /** The bolt was thrown on somebody's word: nothing is left of a hold or a time. */
  locked(): void {
    this.#isHeld = false;
    this.#relockAtMs = undefined;
  }

  /** Motor off, wherever the bolt is. */
  halt(): void {
    this.#bolt.stop();
    this.#motion = { kind: "still" };
  }

  /** What the lock does by itself. */
  tick(): void {
    if (this.#motion.kind === "moving" && this.#motion.by === "order") return;
    if (this.#motion.kind === "moving") this.#finishRelock(this.#look(this.#motion));
    else if (this.#isRelockDue()) this.#start("thrown", "relock");
    else this.#noticeHand();
  }

  /** Uptime in milliseconds; undefined while nothing is under way. */
  wakeAt(): number | undefined {
    if (this.#motion.kind === "moving") return this.#motion.lookAtMs;
    // What is overdue waits for the door, which is looked at anyway.
    const isAhead = this.#relockAtMs !== undefined && this.#relockAtMs > this.#uptime.milliseconds();
    return isAhead ? this.#relockAtMs : undefined;
  }

  #start(to: EndStop, by: "order" | "relock"): void {
    const nowMs = this.#uptime.milliseconds();
    this.#motion = { kind: "moving", to, untilMs: nowMs + TRAVEL_MS_MAX, lookAtMs: nowMs + TRAVEL_POLL_MS, by };
    if (this.#bolt.position() !== to) this.#bolt.drive(to);
  }

  #look(moving: Moving): Travel {
    const { to, untilMs } = moving;
    const nowMs = this.#uptime.milliseconds();
    const hasArrived = this.#bolt.position() === to;
    if (!hasArrived && nowMs < untilMs) {
      this.#motion = { ...moving, lookAtMs: nowMs + TRAVEL_POLL_MS };
      return "moving";
    }
    this.halt();
    this.#isJammed = !hasArrived;
    if (hasArrived) this.#lastStop = to;
    return hasArrived ? "arrived" : "jammed";
  }

  #isRelockDue(): boolean {
    const isDue = this.#relockAtMs !== undefined && this.#uptime.milliseconds() >= this.#relockAtMs;
    return isDue && !this.#door.isOpen();
  }

  #finishRelock(travel: Travel): void {
    if (travel === "moving") return;
    if (travel === "arrived") {
      this.locked();
      this.#log.append({ type: RecordType.locked });
    } else {
      this.relockIn(RELOCK_RETRY_MS);
      this.#log.append({ type: RecordType.jammed });
    }
  }

  /** A hand on the inside moved the bolt while the motor was still. */
  #noticeHand(): void {
    const position = this.#bolt.position();
    if (position === "between" || position === this.#lastStop) return;
    this.#lastStop = position;
    this.#isJammed = false;
    const type = position === "drawn" ? RecordType.unlocked : RecordType.locked;
    this.#log.append({ type, flags: RecordFlag.byHand });
    const { autoRelockSeconds } = this.#roster.settings;
    if (position === "thrown") this.locked();
    else if (autoRelockSeconds > 0) this.relockIn(autoRelockSeconds * 1000);
  }
}
