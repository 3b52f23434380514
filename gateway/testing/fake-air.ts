import assert from "node:assert/strict";
import type { Clock } from "../../protocol/clock.ts";
import { type Channel, type Transport, TransportError } from "../transport/channel.ts";
import type { FakeLock } from "./fake-lock.ts";

/** What becomes of one exchange: passes, or the request or the reply is lost on the way. */
export type Fate = "pass" | "lose-request" | "lose-reply";

/** The way to fake locks: everything arrives at once, or as `fate` decides. */
export class FakeAir implements Transport {
  readonly #clock: Clock;
  readonly #locks = new Map<string, FakeLock>();
  readonly #open = new Set<FakeChannel>();
  fate: (frame: Uint8Array) => Fate = () => "pass";
  /** Set while a lock handles a request: its reply is lost. */
  losesReply = false;
  /** Refuses to open anything while set. */
  isDown = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  place(via: string, lock: FakeLock): void {
    this.#locks.set(via, lock);
  }

  async open(via: string): Promise<Channel> {
    const lock = this.#locks.get(via);
    if (!lock || this.isDown) throw new TransportError("unreachable", `nothing at ${via}`);
    const channel = new FakeChannel(this, this.#clock, lock);
    this.#open.add(channel);
    return channel;
  }

  /** Every connection ends, as when a radio link has been idle for long. */
  async hangUp(): Promise<void> {
    for (const channel of this.#open) await channel.close();
    this.#open.clear();
  }

  async close(): Promise<void> {}
}

class FakeChannel implements Channel {
  readonly #air: FakeAir;
  readonly #clock: Clock;
  readonly #lock: FakeLock;
  readonly #closed = new AbortController();
  #isBusy = false;

  constructor(air: FakeAir, clock: Clock, lock: FakeLock) {
    this.#air = air;
    this.#clock = clock;
    this.#lock = lock;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  request(frame: Uint8Array, { deadlineMs }: { deadlineMs: number }): Promise<Uint8Array> {
    assert(!this.#isBusy, "one request at a time");
    assert(!this.closed.aborted, "a request on a closed channel");
    this.#isBusy = true;
    const fate = this.#air.isDown ? "lose-request" : this.#air.fate(frame);
    const reply = fate === "lose-request" ? undefined : this.#lock.receive(frame);
    return new Promise((resolve, reject) => {
      const arrives = fate === "pass" && reply !== undefined && !this.#air.losesReply;
      this.#air.losesReply = false;
      this.#clock.schedule(arrives ? 1 : deadlineMs, () => {
        this.#isBusy = false;
        if (arrives) resolve(reply);
        else reject(new TransportError("timeout", "the lock did not answer"));
      });
    });
  }

  async close(): Promise<void> {
    this.#closed.abort();
  }
}
