import { type Channel, type Transport, TransportError } from "../../../gateway/transport/channel.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import type { Clock, Timer } from "../../../protocol/clock.ts";

/** What becomes of one exchange. */
export type Fate = "pass" | "lose-request" | "lose-reply";

const ON_THE_WAY_MS = 2;

/** Emulated locks in the same process, each at a way of its own: frames take a moment, or go as `fate` decides. */
export class MemoryTransport implements Transport {
  readonly #clock: Clock;
  readonly #locks = new Map<string, Lock>();
  readonly #open = new Set<MemoryChannel>();
  /** Every request that was sent, lost ones included. */
  readonly requests: Uint8Array[] = [];
  fate: (request: Uint8Array) => Fate = () => "pass";
  /** What somebody else answers before the lock does; undefined leaves the word to the lock. */
  forge: (request: Uint8Array) => Uint8Array | undefined = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  place(via: string, lock: Lock): void {
    this.#locks.set(via, lock);
  }

  async open(via: string): Promise<Channel> {
    const lock = this.#locks.get(via);
    const fateOf = (request: Uint8Array) => {
      this.requests.push(request);
      return this.fate(request);
    };
    const channel = new MemoryChannel(this.#clock, fateOf, (request) => this.forge(request));
    if (!lock || !channel.connectTo(lock)) throw new TransportError("unreachable", `no lock answers at ${via}`);
    this.#open.add(channel);
    channel.closed.addEventListener("abort", () => this.#open.delete(channel), { once: true });
    return channel;
  }

  /** Every connection ends, as when a radio link has been idle for long. */
  async hangUp(): Promise<void> {
    await Promise.all([...this.#open].map((channel) => channel.close()));
  }

  /** The gateway's process is gone: its connections end, and nothing reaches it any more. */
  abandon(): void {
    for (const channel of this.#open) channel.abandon();
    this.#open.clear();
  }

  async close(): Promise<void> {}
}

class MemoryChannel implements Channel {
  readonly #clock: Clock;
  readonly #fate: (request: Uint8Array) => Fate;
  readonly #forge: (request: Uint8Array) => Uint8Array | undefined;
  readonly #closed = new AbortController();
  #send: (frame: Uint8Array) => void = () => {};
  #hangUp: () => void = () => {};
  #waiting: { resolve: (reply: Uint8Array) => void; reject: (error: Error) => void; timer: Timer } | undefined;
  #losesReply = false;

  constructor(
    clock: Clock,
    fate: (request: Uint8Array) => Fate,
    forge: (request: Uint8Array) => Uint8Array | undefined,
  ) {
    this.#clock = clock;
    this.#fate = fate;
    this.#forge = forge;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** False if the lock takes no connection. */
  connectTo(lock: Lock): boolean {
    const connection = lock.connect({
      send: (frame) => void this.#clock.schedule(ON_THE_WAY_MS, () => this.#receive(frame)),
      close: () => this.#lost(),
    });
    if (connection === undefined) return false;
    this.#send = (frame) => lock.receive(connection, frame);
    this.#hangUp = () => lock.disconnect(connection);
    return true;
  }

  request(frame: Uint8Array, { deadlineMs }: { deadlineMs: number }): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.closed.aborted) {
        reject(new TransportError("closed", "the connection is closed"));
        return;
      }
      const timer = this.#clock.schedule(deadlineMs, () => this.#fail(new TransportError("timeout", "no answer")));
      this.#waiting = { resolve, reject, timer };
      const fate = this.#fate(frame);
      this.#losesReply = fate === "lose-reply";
      if (fate !== "lose-request") this.#clock.schedule(ON_THE_WAY_MS, () => this.#send(frame));
      const forged = this.#forge(frame);
      if (forged) this.#clock.schedule(ON_THE_WAY_MS, () => this.#receive(forged));
    });
  }

  async close(): Promise<void> {
    this.#hangUp();
    this.#lost();
  }

  /** As `close`, but whoever waits for a reply waits for ever. */
  abandon(): void {
    this.#waiting?.timer.cancel();
    this.#waiting = undefined;
    this.#hangUp();
  }

  #receive(frame: Uint8Array): void {
    const waiting = this.#waiting;
    if (!waiting || this.#losesReply) return;
    this.#waiting = undefined;
    waiting.timer.cancel();
    waiting.resolve(frame);
  }

  #lost(): void {
    this.#closed.abort();
    this.#fail(new TransportError("closed", "the connection was lost"));
  }

  #fail(error: TransportError): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.timer.cancel();
    waiting?.reject(error);
  }
}
