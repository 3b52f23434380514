import type { Clock, Timer } from "../../../protocol/clock.ts";
import { BLE_SERVICE } from "../../../protocol/wire/beacon.ts";
import type { Log } from "../../log.ts";
import { TransportError } from "../channel.ts";
import type { Noble } from "./noble.ts";
import { settles } from "./settles.ts";

const ANSWERS_WITHIN_MS = 2_000;
const WATCH_EVERY_MS = 10_000;
/** Locks advertise every second: when all that were heard before are silent together, it is not them. */
const SILENT_MS = 30_000;
/** Scanning may stop after hours without a word, so it begins anew now and then. */
const RESTART_EVERY_MS = 10 * 60_000;

export interface ScannerParts {
  clock: Clock;
  log: Log;
  /** The adapter's name. */
  name: string;
  /** Whether there are locks that should be heard: some were, and are not connected now. */
  expects: () => boolean;
  /** Scanning can not be made to work: the library has to go. */
  giveUp: (why: string) => void;
}

/** What has been tried since anything was last heard, each more drastic than the one before. */
type Remedy = "none" | "restart" | "reset";

/** Keeps one adapter scanning, except while it connects, and sees to it that it really does. */
export class Scanner {
  readonly #parts: ScannerParts;
  #noble: Noble | undefined;
  #wants = false;
  #gone = new AbortController();
  /** One call of the library at a time. */
  #last: Promise<void> = Promise.resolve();
  #startedAtMs = 0;
  #heardAtMs = 0;
  #tried: Remedy = "none";
  #watch: Timer | undefined;

  constructor(parts: ScannerParts) {
    this.#parts = parts;
  }

  /** The adapter is there. */
  on(noble: Noble): void {
    this.#noble = noble;
    this.#gone = new AbortController();
    this.#heardAtMs = this.#parts.clock.monotonicMs();
    this.#watchLater();
    void this.resume();
  }

  /** The adapter has gone. */
  off(): void {
    this.#noble = undefined;
    this.#wants = false;
    this.#watch?.cancel();
    this.#gone.abort(new TransportError("unreachable", "the Bluetooth adapter has gone"));
  }

  heard(): void {
    this.#heardAtMs = this.#parts.clock.monotonicMs();
    this.#tried = "none";
  }

  /** Settles when scanning has begun, or can not. */
  resume(): Promise<void> {
    return this.#inTurn(async (noble) => {
      if (this.#wants) return;
      this.#wants = true;
      await this.#start(noble);
    });
  }

  /** Settles when scanning has ended, or the library does not say so. */
  pause(): Promise<void> {
    return this.#inTurn(async (noble) => {
      this.#wants = false;
      await this.#stop(noble);
    });
  }

  async #start(noble: Noble): Promise<void> {
    this.#startedAtMs = this.#parts.clock.monotonicMs();
    const hasBegun = await this.#answers((done) => noble.startScanning([BLE_SERVICE], true, (error) => done(error)));
    if (!hasBegun) this.#remedy(noble, "scanning does not begin");
  }

  async #stop(noble: Noble): Promise<void> {
    await this.#answers((done) => noble.stopScanning(() => done(null)));
  }

  async #answers(call: (done: (error?: Error | null) => void) => void): Promise<boolean> {
    const bounds = { clock: this.#parts.clock, withinMs: ANSWERS_WITHIN_MS, lost: this.#gone.signal, what: "scanning" };
    try {
      await settles<void>(bounds, (done) => call((error) => done(error, undefined)));
      return true;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      return this.#gone.signal.aborted;
    }
  }

  #inTurn(work: (noble: Noble) => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      if (this.#noble) await work(this.#noble);
    });
    return this.#last;
  }

  #watchLater(): void {
    this.#watch?.cancel();
    this.#watch = this.#parts.clock.schedule(WATCH_EVERY_MS, () => {
      this.#watchLater();
      if (!this.#wants) return;
      const nowMs = this.#parts.clock.monotonicMs();
      const silentMs = nowMs - Math.max(this.#heardAtMs, this.#startedAtMs);
      const noble = this.#noble;
      if (noble && silentMs >= SILENT_MS && this.#parts.expects()) this.#remedy(noble, "no lock is heard any more");
      else if (nowMs - this.#startedAtMs >= RESTART_EVERY_MS) void this.#restart();
    });
  }

  #remedy(noble: Noble, why: string): void {
    const { log, name, giveUp } = this.#parts;
    log.warn({ adapter: name, tried: this.#tried }, `Bluetooth adapter ${name}: ${why}.`);
    switch (this.#tried) {
      case "none":
        this.#tried = "restart";
        void this.#restart();
        return;
      case "restart":
        this.#tried = "reset";
        void this.#answers((done) => {
          noble.reset();
          done();
        });
        void this.#restart();
        return;
      case "reset":
        this.#tried = "none";
        giveUp(why);
        return;
    }
  }

  #restart(): Promise<void> {
    return this.#inTurn(async (noble) => {
      if (!this.#wants) return;
      await this.#stop(noble);
      await this.#start(noble);
    });
  }
}
