import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import type { Clock, Timer } from "../../protocol/clock.ts";
import { encodeSerialFrame, SerialFrameDecoder } from "../../protocol/wire/serial-frame.ts";
import { type Channel, type Transport, TransportError } from "./channel.ts";
import { ReplyFilter } from "./reply-filter.ts";
import { parseVia } from "./via.ts";

const CONNECT_WITHIN_MS = 5_000;
/** On TCP there is one lock at the far end (protocol.md §10). */
const ADDRESS = 0;

/** Locks on rigs: `tcp://host:port`, one connection a channel. */
export class TcpTransport implements Transport {
  readonly #clock: Clock;
  readonly #open = new Set<TcpChannel>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async open(via: string): Promise<Channel> {
    const target = parseVia(via);
    assert(target.kind === "tcp");
    const socket = await connectWithin(this.#clock, target.host, target.port, via);
    const channel = new TcpChannel(this.#clock, socket, via);
    this.#open.add(channel);
    channel.closed.addEventListener("abort", () => this.#open.delete(channel), { once: true });
    return channel;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((channel) => channel.close()));
  }
}

function connectWithin(clock: Clock, host: string, port: number, via: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true });
    const fail = (why: string, cause?: Error) => {
      timer.cancel();
      socket.destroy();
      reject(new TransportError("unreachable", `${via}: ${why}`, { cause }));
    };
    const timer = clock.schedule(CONNECT_WITHIN_MS, () => fail(`no answer within ${CONNECT_WITHIN_MS / 1000} seconds`));
    const onError = (error: NodeJS.ErrnoException) => fail(describeConnectError(error), error);
    socket.once("error", onError);
    socket.once("connect", () => {
      timer.cancel();
      socket.off("error", onError);
      resolve(socket);
    });
  });
}

function describeConnectError(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ECONNREFUSED":
      return "nothing listens there; is the lock running?";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "the host's name is not known";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ETIMEDOUT":
      return "the host can not be reached";
    default:
      return `cannot connect (${error.code ?? error.message})`;
  }
}

type Waiting = {
  request: Uint8Array;
  resolve: (reply: Uint8Array) => void;
  reject: (error: Error) => void;
  timer: Timer;
};

class TcpChannel implements Channel {
  readonly #clock: Clock;
  readonly #socket: Socket;
  readonly #via: string;
  readonly #decoder = new SerialFrameDecoder();
  readonly #filter = new ReplyFilter();
  readonly #closed = new AbortController();
  #waiting: Waiting | undefined;

  constructor(clock: Clock, socket: Socket, via: string) {
    this.#clock = clock;
    this.#socket = socket;
    this.#via = via;
    socket.on("data", (bytes) => this.#receive(bytes));
    // The close event follows every error and says all that callers need.
    socket.on("error", () => {});
    socket.on("close", () => this.#lost());
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  request(frame: Uint8Array, options: { deadlineMs: number }): Promise<Uint8Array> {
    assert(this.#waiting === undefined, "one request at a time");
    return new Promise((resolve, reject) => {
      if (this.closed.aborted) {
        reject(new TransportError("closed", `${this.#via}: the connection is closed`));
        return;
      }
      const timer = this.#clock.schedule(options.deadlineMs, () =>
        this.#fail(new TransportError("timeout", `${this.#via}: the lock did not answer`)),
      );
      this.#waiting = { request: frame, resolve, reject, timer };
      this.#socket.write(encodeSerialFrame(ADDRESS, frame));
    });
  }

  close(): Promise<void> {
    if (this.closed.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.closed.addEventListener("abort", () => resolve(), { once: true });
      this.#socket.destroy();
    });
  }

  #receive(bytes: Uint8Array): void {
    for (const { address, frame } of this.#decoder.push(bytes)) {
      const waiting = this.#waiting;
      if (!waiting || address !== ADDRESS || !this.#filter.accepts(waiting.request, frame)) continue;
      this.#waiting = undefined;
      waiting.timer.cancel();
      waiting.resolve(frame);
    }
  }

  #lost(): void {
    this.#closed.abort();
    this.#fail(new TransportError("closed", `${this.#via}: the connection was lost`));
  }

  #fail(error: TransportError): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = undefined;
    waiting.timer.cancel();
    waiting.reject(error);
  }
}
