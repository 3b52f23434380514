import { type Channel, type Transport, TransportError } from "../../../gateway/transport/channel.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { cpuUsSince } from "../cpu-time.ts";

/** One round trip. */
export interface Exchange {
  request: Uint8Array;
  reply: Uint8Array;
}

/** How long a lock may take, by its own clock: a bolt travels. */
const PATIENCE_MS = 15_000;

/** The way to one lock in memory. A frame takes no time; while the gateway waits for a bolt, the clock moves on by itself. */
export class MemoryAir implements Transport {
  readonly #lock: Lock;
  readonly #clock: VirtualClock;
  #exchanges: Exchange[] = [];
  #lockCpuUs = 0;
  #channel: Channel | undefined;

  constructor(lock: Lock, clock: VirtualClock) {
    this.#lock = lock;
    this.#clock = clock;
  }

  /** The round trips since this was last asked. */
  takeExchanges(): Exchange[] {
    const taken = this.#exchanges;
    this.#exchanges = [];
    return taken;
  }

  /** Processor time, in microseconds, that the lock has needed for its answers since this was last asked. */
  takeLockCpuUs(): number {
    const taken = this.#lockCpuUs;
    this.#lockCpuUs = 0;
    return taken;
  }

  async open(): Promise<Channel> {
    const closed = new AbortController();
    const replies: Uint8Array[] = [];
    const connection = this.#lock.connect({ send: (frame) => replies.push(frame), close: () => closed.abort() });
    if (connection === undefined) throw new TransportError("unreachable", "the lock is off");
    this.#channel = {
      closed: closed.signal,
      request: async (request) => {
        const before = process.cpuUsage();
        this.#lock.receive(connection, request);
        this.#waitFor(replies);
        this.#lockCpuUs += cpuUsSince(before);
        const reply = replies.shift()!;
        this.#exchanges.push({ request, reply });
        return reply;
      },
      close: async () => {
        this.#lock.disconnect(connection);
        closed.abort();
      },
    };
    return this.#channel;
  }

  /** The radio connection ends, as it does when nobody has spoken for a while. */
  async close(): Promise<void> {
    await this.#channel?.close();
  }

  #waitFor(replies: Uint8Array[]): void {
    const untilMs = this.#clock.monotonicMs() + PATIENCE_MS;
    while (replies.length === 0) {
      const nextMs = this.#clock.nextTimerMs();
      if (nextMs === undefined || nextMs > untilMs) throw new TransportError("timeout", "the lock did not answer");
      this.#clock.advance(nextMs - this.#clock.monotonicMs());
    }
  }
}
