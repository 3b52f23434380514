import { constants, openSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import * as nodePty from "node-pty";
import { FaultyWire } from "./faulty-wire.ts";

/** What `open` of node-pty returns on Unix; its typings leave it out. */
interface OpenedPty {
  readonly fd: number;
  readonly ptsName: string;
  readonly master: ReadStream;
  readonly slave: ReadStream;
}

const { open: openPty } = nodePty as unknown as { open(options: { encoding: null }): OpenedPty };

/**
 * A serial cable with a port at each end: two pseudo-terminals whose masters are cross-linked.
 *
 * Programs open `a` and `b` as they would open `/dev/ttyUSB0`. What is sent to an end that nobody reads is lost once
 * the kernel's buffer (4 KiB) is full, as with a UART.
 */
export class NullModem {
  readonly #left: PtyEnd;
  readonly #right: PtyEnd;
  /** The wires by direction, to set faults on. */
  readonly aToB: FaultyWire;
  readonly bToA: FaultyWire;

  private constructor(left: PtyEnd, right: PtyEnd) {
    this.#left = left;
    this.#right = right;
    this.aToB = new FaultyWire((bytes) => right.write(bytes));
    this.bToA = new FaultyWire((bytes) => left.write(bytes));
    left.onBytes((bytes) => this.aToB.send(bytes));
    right.onBytes((bytes) => this.bToA.send(bytes));
  }

  /** Both ports are there, in raw mode, when this returns. */
  static open(): NullModem {
    return new NullModem(new PtyEnd(), new PtyEnd());
  }

  /** Device path of the first port. */
  get a(): string {
    return this.#left.path;
  }

  /** Device path of the second port. */
  get b(): string {
    return this.#right.path;
  }

  /** Removes both ports; programs that hold them see a hang-up. */
  close(): void {
    this.#left.close();
    this.#right.close();
  }
}

class PtyEnd {
  readonly path: string;
  readonly #fd: number;
  readonly #master: ReadStream;
  readonly #holder: ReadStream;

  constructor() {
    const pty = openPty({ encoding: null });
    this.path = pty.ptsName;
    this.#fd = pty.fd;
    this.#master = pty.master;
    // Held open and never read: otherwise the master sees a hang-up each time a program closes the port. Raw from the
    // start: otherwise the terminal echoes what comes in before a program has set it up.
    this.#holder = new ReadStream(openSync(this.path, constants.O_RDWR | constants.O_NOCTTY));
    this.#holder.setRawMode(true);
    // node-pty has begun to read the slave, which would take bytes from the program that opens it.
    pty.slave.destroy();
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#master.on("data", listener);
  }

  write(bytes: Uint8Array): void {
    try {
      writeSync(this.#fd, bytes);
    } catch (error) {
      // The buffer is full because nobody reads: the bytes are lost.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }

  close(): void {
    this.#master.destroy();
    this.#holder.destroy();
  }
}
