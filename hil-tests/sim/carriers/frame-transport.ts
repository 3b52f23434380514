import { type Channel, type Transport, TransportError } from "../../../gateway/transport/channel.ts";
import { ReplyFilter } from "../../../gateway/transport/reply-filter.ts";
import type { Clock, Timer } from "../../../protocol/clock.ts";
import type { Line, Link } from "./link.ts";

/** A gateway's TCP, as far as it matters: one connection a channel, replies matched as the daemon matches them. */
export class FrameTransport implements Transport {
  readonly #clock: Clock;
  readonly #links: ReadonlyMap<string, Link>;
  readonly #open = new Set<FrameChannel>();

  constructor(clock: Clock, links: ReadonlyMap<string, Link>) {
    this.#clock = clock;
    this.#links = links;
  }

  get openChannels(): number {
    return this.#open.size;
  }

  async open(via: string): Promise<Channel> {
    const link = this.#links.get(via);
    if (!link) throw new TransportError("unreachable", `nothing is known of ${via}`);
    const channel = new FrameChannel(this.#clock, link);
    this.#open.add(channel);
    channel.closed.addEventListener("abort", () => this.#open.delete(channel), { once: true });
    return channel;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((channel) => channel.close()));
  }

  /** The process is gone: its connections end, and whoever waits waits for ever. */
  abandon(): void {
    for (const channel of this.#open) channel.abandon();
    this.#open.clear();
  }
}

class FrameChannel implements Channel {
  readonly #clock: Clock;
  readonly #line: Line;
  readonly #filter = new ReplyFilter();
  readonly #closed = new AbortController();
  #waiting:
    | { request: Uint8Array; resolve: (reply: Uint8Array) => void; reject: (error: Error) => void; timer: Timer }
    | undefined;
  #isAbandoned = false;

  constructor(clock: Clock, link: Link) {
    this.#clock = clock;
    this.#line = link.connect("gateway", {
      receive: (frame) => this.#receive(frame),
      lost: () => this.#lost(),
    });
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  request(frame: Uint8Array, { deadlineMs }: { deadlineMs: number }): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#isAbandoned) return;
      if (this.closed.aborted) {
        reject(new TransportError("closed", "the connection is closed"));
        return;
      }
      const timer = this.#clock.schedule(deadlineMs, () => this.#fail(new TransportError("timeout", "no answer")));
      this.#waiting = { request: frame, resolve, reject, timer };
      this.#line.send(frame);
    });
  }

  async close(): Promise<void> {
    if (!this.#isAbandoned) this.#line.end();
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#waiting?.timer.cancel();
    this.#waiting = undefined;
    this.#line.end();
  }

  #receive(frame: Uint8Array): void {
    const waiting = this.#waiting;
    if (!waiting || !this.#filter.accepts(waiting.request, frame)) return;
    this.#waiting = undefined;
    waiting.timer.cancel();
    waiting.resolve(frame);
  }

  #lost(): void {
    if (this.#isAbandoned) return;
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
