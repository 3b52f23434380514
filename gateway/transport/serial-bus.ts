import assert from "node:assert/strict";
import type { Clock, Timer } from "../../protocol/clock.ts";
import { BusTraffic } from "./bus-traffic.ts";
import { TransportError, type Urgency } from "./channel.ts";

/** A serial port that is open: bytes go out, bytes come in, and it may be pulled out at any moment. */
export interface SerialLine {
  write(bytes: Uint8Array): void;
  close(): Promise<void>;
}

export interface SerialLineEvents {
  bytes(bytes: Uint8Array): void;
  /** The device has gone; said at most once, and not after `close()`. */
  lost(): void;
}

/** Rejects with TransportError and a sentence that a person can act on. */
export type OpenSerialLine = (events: SerialLineEvents) => Promise<SerialLine>;

export interface BusRequest {
  address: number;
  frame: Uint8Array;
  urgency: Urgency;
  /** From the moment the request is on the line; time in the queue and on the wire is not counted. */
  deadlineMs: number;
}

/** A driver may never answer; then the port counts as not there. */
const OPEN_WITHIN_MS = 5_000;
/** A line loses frames; a lock that has the request already answers the same bytes from its store (protocol.md §10). */
const RESEND_AFTER_MS = 1_000;
/** Longest frame on the wire: COBS adds at most a byte in 254, and there are address, CRC and delimiter. */
const WIRE_FRAME_BYTES_MAX = 1_032;
/** A start bit, eight of data, a stop bit. */
const BITS_PER_BYTE = 10;
/** Point to point there are no neighbours. */
const NO_BUS = 0;
/** What an address that has been silent gets of the time that a request asks for: its neighbours wait meanwhile. */
const SILENT_SHARE = 1 / 3;
/** How long a request has the bus to itself while an unlock waits: a lock answers at once, or when its bolt has got there. */
const GIVES_WAY_AFTER_MS: Record<Urgency, number> = { sync: 1_000, unlock: 5_000 };

type Job = { request: BusRequest; resolve: (reply: Uint8Array) => void; reject: (error: Error) => void };
type InFlight = { job: Job; timers: Timer[] };

/**
 * One owner of one serial port (protocol.md §10): the only master, with one request in flight. Waiting requests of higher
 * urgency go first, equal ones in order. The port is opened when somebody asks, and again after it was lost.
 *
 * A lock that is dead costs its neighbours the time-out of the request that finds it so, then a third of one each time it
 * is asked again; the back-off of whoever asks makes that rare. An unlock waits less: what goes unanswered gives way to it
 * when it would be sent again.
 */
export class SerialBus {
  readonly #clock: Clock;
  readonly #name: string;
  readonly #baud: number;
  readonly #openLine: OpenSerialLine;
  readonly #traffic: BusTraffic;
  readonly #queues: Record<Urgency, Job[]> = { unlock: [], sync: [] };
  #line: SerialLine | undefined;
  #inFlight: InFlight | undefined;
  #opening: Promise<SerialLine> | undefined;
  #closed = false;

  /** `name` is the port's path, for messages. */
  constructor(clock: Clock, name: string, baud: number, openLine: OpenSerialLine) {
    this.#clock = clock;
    this.#name = name;
    this.#baud = baud;
    this.#openLine = openLine;
    this.#traffic = new BusTraffic(clock);
  }

  request(request: BusRequest): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#queues[request.urgency].push({ request, resolve, reject });
      this.#next();
    });
  }

  /** Rejects what was asked with this very request, if it waits for its turn or its answer. */
  cancel(request: BusRequest): void {
    const error = new TransportError("closed", "the channel was closed");
    for (const queue of Object.values(this.#queues)) for (const job of take(queue, request)) job.reject(error);
    if (this.#inFlight?.job.request === request) this.#settle((job) => job.reject(error));
  }

  /** An unlock waits for the end of this request: if it waits for its turn itself, it does so among the unlocks. */
  hurry(request: BusRequest): void {
    this.#queues.unlock.push(...take(this.#queues.sync, request));
  }

  /** Opens the port, if it is not open, so that whoever asks learns at once what is wrong with it. */
  async open(): Promise<SerialLine> {
    assert(!this.#closed);
    if (this.#line) return this.#line;
    this.#opening ??= this.#openNow().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const line = this.#line;
    this.#line = undefined;
    const error = new TransportError("closed", `${this.#name} was closed`);
    this.#settle((job) => job.reject(error));
    for (const queue of Object.values(this.#queues)) for (const job of queue.splice(0)) job.reject(error);
    await line?.close();
  }

  async #openNow(): Promise<SerialLine> {
    const line = await this.#openWithin();
    if (this.#closed) {
      await line.close();
      throw new TransportError("closed", `${this.#name} was closed`);
    }
    this.#line = line;
    return line;
  }

  #openWithin(): Promise<SerialLine> {
    return new Promise((resolve, reject) => {
      let late = false;
      const timer = this.#clock.schedule(OPEN_WITHIN_MS, () => {
        late = true;
        reject(new TransportError("unreachable", `${this.#name} does not open: its driver does not answer`));
      });
      this.#openLine({ bytes: (bytes) => this.#receive(bytes), lost: () => this.#lost() }).then(
        (line) => {
          timer.cancel();
          if (late) void line.close();
          else resolve(line);
        },
        (error) => {
          timer.cancel();
          reject(error);
        },
      );
    });
  }

  #next(): void {
    if (this.#inFlight || this.#closed) return;
    const job = this.#queues.unlock.shift() ?? this.#queues.sync.shift();
    if (!job) return;
    const inFlight: InFlight = { job, timers: [] };
    this.#inFlight = inFlight;
    this.open().then(
      (line) => {
        if (this.#inFlight === inFlight) this.#send(line, inFlight);
      },
      (error) => {
        if (this.#inFlight === inFlight) this.#settle(() => job.reject(error));
      },
    );
  }

  #send(line: SerialLine, { job, timers }: InFlight): void {
    const { request } = job;
    const write = () => {
      const bytes = this.#traffic.send(request);
      line.write(bytes);
      return this.#wireMs(bytes.length) + this.#wireMs(WIRE_FRAME_BYTES_MAX);
    };
    const sentAtMs = this.#clock.monotonicMs();
    const again = () => {
      const waitedMs = this.#clock.monotonicMs() - sentAtMs;
      const givesWay = this.#queues.unlock.length > 0 && waitedMs >= GIVES_WAY_AFTER_MS[request.urgency];
      if (givesWay) this.#giveUp(request.address);
      else write();
    };
    const wireMs = write();
    const giveUpMs = this.#answerWithinMs(request) + wireMs;
    const resendEveryMs = RESEND_AFTER_MS + wireMs;
    for (let atMs = resendEveryMs; atMs < giveUpMs; atMs += resendEveryMs) {
      timers.push(this.#clock.schedule(atMs, again));
    }
    timers.push(this.#clock.schedule(giveUpMs, () => this.#giveUp(request.address)));
  }

  #answerWithinMs({ address, deadlineMs }: BusRequest): number {
    return address !== NO_BUS && this.#traffic.isSilent(address) ? deadlineMs * SILENT_SHARE : deadlineMs;
  }

  #giveUp(address: number): void {
    this.#traffic.noteSilence(address);
    this.#settle((job) => job.reject(new TransportError("timeout", this.#describeSilence(address))));
  }

  #describeSilence(address: number): string {
    const silence =
      address === NO_BUS
        ? `the lock at ${this.#name} did not answer`
        : `no lock answers at address ${address} of ${this.#name}: see that it has power and still has that address`;
    return this.#traffic.hasOtherMaster
      ? `${silence}; another gateway talks on this line, and there may be one only`
      : silence;
  }

  #wireMs(bytes: number): number {
    return (bytes * BITS_PER_BYTE * 1_000) / this.#baud;
  }

  #receive(bytes: Uint8Array): void {
    const answer = this.#traffic.hear(bytes);
    if (answer) this.#settle((job) => job.resolve(answer));
  }

  #lost(): void {
    this.#line = undefined;
    this.#settle((job) => job.reject(new TransportError("closed", `${this.#name} was unplugged`)));
  }

  #settle(answer: (job: Job) => void): void {
    const inFlight = this.#inFlight;
    if (!inFlight) return;
    this.#inFlight = undefined;
    this.#traffic.stopWaiting();
    for (const timer of inFlight.timers) timer.cancel();
    answer(inFlight.job);
    this.#next();
  }
}

/** Takes the request's job out of the queue, if it is there. */
function take(queue: Job[], request: BusRequest): Job[] {
  const at = queue.findIndex((job) => job.request === request);
  return at < 0 ? [] : queue.splice(at, 1);
}
