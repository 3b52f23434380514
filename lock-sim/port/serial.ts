import { existsSync } from "node:fs";
import { SerialPort } from "serialport";
import type { Clock, Timer } from "../../protocol/clock.ts";
import { encodeSerialFrame } from "../../protocol/wire/serial-frame.ts";
import { FrameFilter } from "./frame-filter.ts";
import { type LinkEnd, type Port, PortError } from "./port.ts";

export interface SerialLine {
  readonly path: string;
  readonly baudRate: number;
  /** 1–247 on a bus, 0 point to point (protocol.md §10). */
  readonly address: number;
}

/** Answers that wait for the line. Requests and responses alternate, so more than a few means a master that does not listen. */
const WAITING_MAX = 8;
const LOOK_INTERVAL_MS = 1000;

/** The lock on a serial line. Everybody on the line is one connection: the lock can not tell them apart. */
export class SerialLinePort implements Port {
  readonly #lock: LinkEnd;
  readonly #line: SerialLine;
  readonly #clock: Clock;
  readonly #onLost: (error: PortError) => void;
  readonly #filter: FrameFilter;
  readonly #waiting: Uint8Array[] = [];
  #port: SerialPort | undefined;
  #isWriting = false;
  #connection: number | undefined;
  #look: Timer | undefined;

  /** `onLost` is called once if the device vanishes after `start`. */
  constructor(lock: LinkEnd, line: SerialLine, clock: Clock, onLost: (error: PortError) => void) {
    this.#lock = lock;
    this.#line = line;
    this.#clock = clock;
    this.#onLost = onLost;
    this.#filter = new FrameFilter(line.address, lock.counters);
  }

  start(): Promise<string> {
    const { path, baudRate, address } = this.#line;
    return new Promise((resolve, reject) => {
      const port = new SerialPort({ path, baudRate, autoOpen: false });
      port.open((error) => {
        if (error) {
          reject(new PortError(`${path}: ${describe(error)}`));
          return;
        }
        this.#port = port;
        port.on("data", (bytes: Uint8Array) => this.#receive(bytes));
        port.on("error", () => this.#lost());
        port.on("close", () => this.#lost());
        this.#lookLater();
        resolve(address === 0 ? `serial:${path}` : `serial:${path}?address=${address}`);
      });
    });
  }

  close(): Promise<void> {
    const port = this.#port;
    this.#port = undefined;
    this.#look?.cancel();
    if (!port?.isOpen) return Promise.resolve();
    return new Promise((resolve) => port.close(() => resolve()));
  }

  /** serialport 13 reads on for ever, and says nothing, if the device goes while it reads: so look whether it is still there. */
  #lookLater(): void {
    this.#look = this.#clock.schedule(LOOK_INTERVAL_MS, () => {
      if (existsSync(this.#line.path)) this.#lookLater();
      else this.#lost();
    });
  }

  #receive(bytes: Uint8Array): void {
    for (const frame of this.#filter.push(bytes)) {
      this.#connection ??= this.#lock.connect({
        send: (reply) => this.#send(reply),
        close: () => {
          this.#connection = undefined;
        },
      });
      if (this.#connection === undefined) this.#lock.counters.countDropped(1);
      else this.#lock.receive(this.#connection, frame);
    }
  }

  #send(frame: Uint8Array): void {
    if (this.#waiting.length >= WAITING_MAX) return;
    this.#waiting.push(encodeSerialFrame(this.#line.address, frame));
    this.#writeNext();
  }

  /** One frame at a time, the next when the line has taken the one before. */
  #writeNext(): void {
    const bytes = this.#isWriting ? undefined : this.#waiting.shift();
    if (!bytes || !this.#port) return;
    this.#isWriting = true;
    this.#port.write(bytes);
    this.#port.drain(() => {
      this.#isWriting = false;
      this.#writeNext();
    });
  }

  #lost(): void {
    if (!this.#port) return;
    void this.close();
    this.#onLost(new PortError(`${this.#line.path}: the device has gone`));
  }
}

function describe({ message }: Error): string {
  if (/no such file|not found/i.test(message)) return "there is no such device";
  if (/permission denied/i.test(message)) return "no permission to open it";
  if (/lock|busy|temporarily unavailable/i.test(message)) return "another program has it open";
  return message.replace(/^Error: /, "");
}
