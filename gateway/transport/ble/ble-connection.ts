import type { Clock, Timer } from "../../../protocol/clock.ts";
import { TransportError, type Urgency } from "../channel.ts";
import type { Peripheral } from "./noble.ts";

/** The library may never say that a connection has ended; then its place counts as free. */
const ENDS_WITHIN_MS = 1_000;

/** What a connection is being used for. */
export type Use = { kind: "idle"; sinceMs: number } | { kind: "busy"; urgency: Urgency };

/** One connection to one lock, from the moment the link layer has it to the moment that it is certainly over. */
export class BleConnection {
  readonly lockId: string;
  readonly peripheral: Peripheral;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  readonly #ended: () => void;
  readonly #over: Promise<void>;
  #isOver = false;
  #wasLost = false;
  #settleOver: () => void = () => {};
  #stopListening: () => void = () => {};
  #endsAnyway: Timer | undefined;
  #use: Use;

  /** `ended` is called once, when its place is free. */
  constructor(clock: Clock, lockId: string, peripheral: Peripheral, urgency: Urgency, ended: () => void) {
    this.#clock = clock;
    this.lockId = lockId;
    this.peripheral = peripheral;
    this.#use = { kind: "busy", urgency };
    this.#ended = ended;
    this.#over = new Promise((resolve) => {
      this.#settleOver = resolve;
    });
  }

  /** Aborts, with a TransportError, as soon as it must not be used any more. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** It ended without our doing. */
  get wasLost(): boolean {
    return this.#wasLost;
  }

  get use(): Use {
    return this.#use;
  }

  get attMtu(): number | null {
    return this.peripheral.mtu;
  }

  busyWith(urgency: Urgency): void {
    this.#use = { kind: "busy", urgency };
  }

  idle(): void {
    this.#use = { kind: "idle", sinceMs: this.#clock.monotonicMs() };
  }

  onNotify(listener: (handle: number, value: Uint8Array) => void): void {
    this.peripheral.on("handleNotify", listener);
    this.#stopListening = () => this.peripheral.removeListener("handleNotify", listener);
  }

  write(handle: number, value: Uint8Array, withoutResponse: boolean): void {
    try {
      this.peripheral.writeHandle(handle, Buffer.from(value), withoutResponse);
    } catch {
      // The library stumbles over a connection that has gone; whoever waits for the reply learns so.
      void this.close();
    }
  }

  /** Hangs up. Settles when its place is free. */
  close(why = "the connection was closed"): Promise<void> {
    if (!this.lost.aborted) {
      this.#cut(why);
      this.#endsAnyway = this.#clock.schedule(ENDS_WITHIN_MS, () => this.over());
      try {
        this.peripheral.disconnect();
      } catch {
        // The library stumbles over a connection that has gone: there is nothing to hang up on.
      }
    }
    return this.#over;
  }

  /** The library, or the end of the adapter, says that it is over. */
  over(why = "the connection was lost"): void {
    if (!this.lost.aborted) this.#wasLost = true;
    this.#cut(why);
    if (this.#isOver) return;
    this.#isOver = true;
    this.#endsAnyway?.cancel();
    this.#ended();
    this.#settleOver();
  }

  #cut(why: string): void {
    this.#stopListening();
    if (!this.lost.aborted) this.#lost.abort(new TransportError("closed", why));
  }
}
