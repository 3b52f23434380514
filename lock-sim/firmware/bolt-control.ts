import { RecordFlag, RecordType } from "../../protocol/log/record.ts";
import type { Bolt, DoorSensor, EndStop, Hal, ThumbTurn, Uptime } from "../hal.ts";
import type { ActiveRoster } from "./active-roster.ts";
import type { EventLog } from "./event-log.ts";

/** A bolt that has not reached its end stop by then is jammed. */
const TRAVEL_MS_MAX = 3000;
/** How often the end switches are looked at while the motor runs. */
const TRAVEL_POLL_MS = 20;
/** A jammed bolt is tried again by itself, so that a door does not stay unlocked for ever. */
const RELOCK_RETRY_MS = 10_000;

/**
 * Why the bolt moves: for an order or an opening, which waits for the outcome, or by itself: to relock, or back again
 * because the door came open.
 */
type Purpose = "act" | "relock" | "retreat";
type Motion = { kind: "still"; ended: "arrived" | "jammed" } | Moving;
type Moving = { kind: "moving"; to: EndStop; untilMs: number; lookAtMs: number; purpose: Purpose };

type Travel = "moving" | "arrived" | "jammed";

/**
 * The motor and what the lock does with the bolt by itself: a timed unlock relocks, a hold stays. It is thrown by itself
 * only while the door is closed. A hand on the thumb-turn goes before all of it.
 */
export class BoltControl {
  readonly #bolt: Bolt;
  readonly #thumbTurn: ThumbTurn;
  readonly #door: DoorSensor;
  readonly #uptime: Uptime;
  readonly #log: EventLog;
  readonly #roster: ActiveRoster;
  #motion: Motion = { kind: "still", ended: "arrived" };
  #relockAtMs: number | undefined;
  #isHeld = false;
  #isJammed = false;

  constructor({ bolt, thumbTurn, door, uptime }: Hal, log: EventLog, roster: ActiveRoster) {
    this.#bolt = bolt;
    this.#thumbTurn = thumbTurn;
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
    // What a hand did in the dark has no record before the boot's, and does not count.
    this.#thumbTurn.take();
    this.#isHeld = lastWord === "held";
    if (lastWord === "relock" && !this.isThrown()) this.relockIn(0);
  }

  isThrown(): boolean {
    return this.#bolt.position() === "thrown";
  }

  get isJammed(): boolean {
    return this.#isJammed;
  }

  get isMoving(): boolean {
    return this.#motion.kind === "moving";
  }

  /** Starts the motor for an act, which goes before what the lock does by itself. Ask `travel` until it ends. */
  drive(to: EndStop): void {
    this.#start(to, "act");
  }

  /** How far the drive that an act started has come. */
  travel(): Travel {
    return this.#motion.kind === "still" ? this.#motion.ended : this.#look(this.#motion);
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
    this.#motion = { kind: "still", ended: "jammed" };
  }

  /** A hand on the inside has turned the bolt. Whatever the motor was about, it stops: the hand is right. */
  noticeHand(): void {
    const turned = this.#thumbTurn.take();
    if (!turned) return;
    const wanted = this.#motion.kind === "moving" ? this.#motion.to : turned;
    this.#bolt.stop();
    this.#motion = { kind: "still", ended: wanted === turned ? "arrived" : "jammed" };
    this.#isJammed = false;
    const type = turned === "drawn" ? RecordType.unlocked : RecordType.locked;
    this.#log.append({ type, flags: RecordFlag.byHand });
    const { autoRelockSeconds } = this.#roster.settings;
    if (turned === "thrown") this.locked();
    else if (autoRelockSeconds > 0) this.relockIn(autoRelockSeconds * 1000);
    else this.#relockAtMs = undefined;
  }

  /** What the lock does by itself. */
  tick(): void {
    const motion = this.#motion;
    if (motion.kind === "still") {
      if (this.#isRelockDue()) this.#start("thrown", "relock");
      return;
    }
    switch (motion.purpose) {
      case "act":
        return;
      case "relock":
        // A bolt that is out hits the frame when the door slams.
        if (this.#door.isOpen()) this.#start("drawn", "retreat");
        else this.#finishRelock(this.#look(motion));
        return;
      case "retreat":
        this.#finishRetreat(this.#look(motion));
        return;
    }
  }

  /** Uptime in milliseconds; undefined while nothing is under way. */
  wakeAt(): number | undefined {
    if (this.#motion.kind === "moving") return this.#motion.lookAtMs;
    // An open door tells when it closes.
    return this.#door.isOpen() ? undefined : this.#relockAtMs;
  }

  #start(to: EndStop, purpose: Purpose): void {
    const nowMs = this.#uptime.milliseconds();
    this.#motion = { kind: "moving", to, untilMs: nowMs + TRAVEL_MS_MAX, lookAtMs: nowMs + TRAVEL_POLL_MS, purpose };
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
    this.#bolt.stop();
    const ended = hasArrived ? "arrived" : "jammed";
    this.#motion = { kind: "still", ended };
    this.#isJammed = !hasArrived;
    return ended;
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

  /** Its relock is still due, and waits for the door. */
  #finishRetreat(travel: Travel): void {
    if (travel !== "jammed") return;
    this.relockIn(RELOCK_RETRY_MS);
    this.#log.append({ type: RecordType.jammed });
  }
}
