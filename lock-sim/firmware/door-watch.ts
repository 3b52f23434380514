import { RecordType } from "../../protocol/log/record.ts";
import type { DoorSensor, Hal, Signals, Uptime } from "../hal.ts";
import type { ActiveRoster } from "./active-roster.ts";
import type { BoltControl } from "./bolt-control.ts";
import type { EventLog } from "./event-log.ts";

type Door = { kind: "closed" } | { kind: "open"; sinceMs: number; isReported: boolean };

/** Writes down what the door does: opened, closed, forced, left open (protocol.md §9). */
export class DoorWatch {
  readonly #sensor: DoorSensor;
  readonly #uptime: Uptime;
  readonly #signals: Signals;
  readonly #bolt: BoltControl;
  readonly #log: EventLog;
  readonly #roster: ActiveRoster;
  #door: Door = { kind: "closed" };

  constructor({ door, uptime, signals }: Hal, bolt: BoltControl, log: EventLog, roster: ActiveRoster) {
    this.#sensor = door;
    this.#uptime = uptime;
    this.#signals = signals;
    this.#bolt = bolt;
    this.#log = log;
    this.#roster = roster;
  }

  /** At boot: what the door did in the dark nobody knows. */
  recover(): void {
    if (this.#sensor.isOpen()) this.#door = this.#openNow();
  }

  tick(): void {
    const isOpen = this.#sensor.isOpen();
    switch (this.#door.kind) {
      case "closed":
        if (!isOpen) return;
        this.#door = this.#openNow();
        this.#log.append({ type: this.#bolt.isThrown() ? RecordType.doorForced : RecordType.doorOpened });
        return;
      case "open":
        if (isOpen) this.#reportAjar(this.#door);
        else this.#close();
        return;
    }
  }

  /** Uptime in milliseconds at which an open door has been open for too long; undefined if there is nothing to report. */
  wakeAt(): number | undefined {
    if (this.#door.kind === "closed" || this.#door.isReported) return undefined;
    return this.#door.sinceMs + this.#ajarMs();
  }

  #close(): void {
    this.#door = { kind: "closed" };
    this.#log.append({ type: RecordType.doorClosed });
  }

  #openNow(): Door {
    return { kind: "open", sinceMs: this.#uptime.milliseconds(), isReported: false };
  }

  #reportAjar(door: Extract<Door, { kind: "open" }>): void {
    const openMs = this.#uptime.milliseconds() - door.sinceMs;
    if (door.isReported || openMs < this.#ajarMs()) return;
    this.#door = { ...door, isReported: true };
    this.#log.append({ type: RecordType.doorLeftOpen });
    this.#signals.show("ajar");
  }

  #ajarMs(): number {
    return this.#roster.settings.ajarSeconds * 1000;
  }
}
