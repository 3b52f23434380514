import type { Clock, Timer } from "../../../protocol/clock.ts";
import type { Log } from "../../log.ts";
import { LockReports } from "./lock-reports.ts";
import type { Noble, Peripheral } from "./noble.ts";
import { closeSocket, containFaults } from "./their-faults.ts";

const POWERED_WITHIN_MS = 10_000;
/** An adapter that does not come, or that was renewed in vain, is tried again after so long, then twice as long. */
const RENEW_FIRST_MS = 5_000;
const RENEW_MAX_MS = 3_600_000;
/** One of the forks can not be ended: what was left behind keeps a file open until the daemon starts anew. */
const RENEWALS_MAX = 200;
/** Whoever makes up addresses by the thousand shall not use these up. */
const REFRESH_EVERY_MS = 6 * 3_600_000;

export interface LibraryParts {
  clock: Clock;
  log: Log;
  /** The adapter's name, for messages. */
  name: string;
  /** Makes the library on this adapter; throws where that can not be. */
  load: () => Noble;
  events: LibraryEvents;
}

export interface LibraryEvents {
  /** The adapter has power and answers. */
  on(noble: Noble): void;
  /** It has gone, with all connections. Said at most once for each `on`. */
  off(sentence: string): void;
  heard(peripheral: Peripheral): void;
}

/** noble on one adapter: begun, watched and, when nothing else helps, left behind for a new one. */
export class Library {
  readonly #parts: LibraryParts;
  #noble: Noble | undefined;
  #isOn = false;
  #trouble: string | undefined = "it is starting";
  #renewals = 0;
  #renewAfterMs = RENEW_FIRST_MS;
  #renewal: Timer | undefined;
  #reports = new LockReports();
  #begunAtMs = 0;

  constructor(parts: LibraryParts) {
    this.#parts = parts;
  }

  /** Why the adapter can not be used; undefined while it can. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  start(): void {
    this.#renewLater(POWERED_WITHIN_MS);
    const noble = this.#begin();
    if (!noble) return;
    const { clock, log, name, events } = this.#parts;
    const reports = new LockReports();
    this.#reports = reports;
    this.#begunAtMs = clock.monotonicMs();
    noble.on("warning", (message) => log.debug({ adapter: name }, message));
    noble.on("discover", (peripheral) => events.heard(peripheral));
    noble.on("stateChange", (state) => this.#hearState(state));
    const fault = ({ message }: Error) =>
      log.debug({ adapter: name }, `The library can not read what it received: ${message}`);
    containFaults(noble, (h4) => reports.pass(h4), fault);
    this.#hearState(noble.state);
  }

  #begin(): Noble | undefined {
    try {
      const noble = this.#parts.load();
      this.#noble = noble;
      // Before anybody listens for states: that makes one of the forks begin later, when its signals can not be told apart.
      withoutItsSignals(() => noble.state);
      return noble;
    } catch (error) {
      this.#off(`it can not be used (${(error as Error).message})`);
      return undefined;
    }
  }

  /** Nothing else has helped: makes a new one, now or when the last renewal is long enough ago. */
  renew(why: string): void {
    this.#off(why);
  }

  /** Whether it has heard of so many addresses, none of which it forgets, that it hears no new ones, and may be left behind for that. */
  get isFull(): boolean {
    const isDue = this.#parts.clock.monotonicMs() - this.#begunAtMs >= REFRESH_EVERY_MS;
    return this.#isOn && isDue && this.#reports.isFull && this.#renewals < RENEWALS_MAX;
  }

  /** Makes a new one at once. Nobody may be connected. */
  refresh(): void {
    this.#off("too many addresses claim to be locks: it begins anew");
    this.#renewLater(0);
  }

  /** It has done its work for once: the next renewal, should there be one, comes soon. */
  thrives(): void {
    this.#renewAfterMs = RENEW_FIRST_MS;
  }

  close(): void {
    this.#renewal?.cancel();
    this.#isOn = false;
    this.#retire();
  }

  #hearState(state: string): void {
    switch (state) {
      case "poweredOn":
        this.#on();
        return;
      case "unauthorized":
        this.#off("this user may not use it: the program needs the capability cap_net_raw");
        return;
      case "unsupported":
        this.#off("it does not speak Bluetooth LE, or is not there");
        return;
      case "poweredOff":
        this.#off("it is switched off, or not there");
        return;
      default:
        // It is still finding out.
        return;
    }
  }

  #on(): void {
    if (this.#isOn || !this.#noble) return;
    this.#isOn = true;
    this.#trouble = undefined;
    this.#renewal?.cancel();
    this.#parts.log.info({ adapter: this.#parts.name }, `Bluetooth adapter ${this.#parts.name} is on.`);
    this.#parts.events.on(this.#noble);
  }

  #off(trouble: string): void {
    const isNews = this.#trouble !== trouble;
    this.#trouble = trouble;
    if (isNews) this.#parts.log.warn({ adapter: this.#parts.name }, this.sentence);
    if (this.#isOn) {
      this.#isOn = false;
      this.#parts.events.off(this.sentence);
    }
    this.#renewLater(this.#renewAfterMs);
  }

  get sentence(): string {
    return `Bluetooth adapter ${this.#parts.name}: ${this.#trouble}.`;
  }

  /** Somebody may plug it in again at any time, and the library does not always notice. */
  #renewLater(afterMs: number): void {
    this.#renewal?.cancel();
    if (this.#renewals >= RENEWALS_MAX) return;
    this.#renewal = this.#parts.clock.schedule(afterMs, () => {
      this.#renewals++;
      this.#renewAfterMs = Math.min(2 * this.#renewAfterMs, RENEW_MAX_MS);
      this.#retire();
      this.start();
    });
  }

  #retire(): void {
    const noble = this.#noble;
    this.#noble = undefined;
    if (!noble) return;
    noble.removeAllListeners("stateChange");
    noble.removeAllListeners("discover");
    try {
      if (noble.stop) noble.stop();
      else closeSocket(noble);
    } catch (error) {
      this.#parts.log.debug({ adapter: this.#parts.name }, `The library does not end: ${(error as Error).message}`);
    }
  }
}

/** noble ends the process at SIGINT if it is the last to listen; the daemon has things to put in order first. */
function withoutItsSignals(begin: () => void): void {
  const before = process.listeners("SIGINT");
  begin();
  for (const listener of process.listeners("SIGINT")) {
    if (!before.includes(listener)) process.removeListener("SIGINT", listener);
  }
}
