import { constants, openSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import * as nodePty from "node-pty";

/** What `open` of node-pty returns on Unix; its typings leave it out. */
interface OpenedPty {
  readonly fd: number;
  readonly ptsName: string;
  readonly master: ReadStream;
  readonly slave: ReadStream;
}

const { open: openPty } = nodePty as unknown as { open(options: { encoding: null }): OpenedPty };

/**
 * One serial port that programs open by its path: a pseudo-terminal, raw, there when the constructor returns. Here is its
 * far side: what a program writes comes to `onBytes`, what is written here the program reads.
 */
export class PtyEnd {
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

  /** What nobody reads is lost once the kernel's buffer (4 KiB) is full, as with a UART. */
  write(bytes: Uint8Array): void {
    try {
      writeSync(this.#fd, bytes);
    } catch (error) {
      // The buffer is full because nobody reads: the bytes are lost.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }

  /** Removes the port; a program that holds it sees a hang-up. */
  close(): void {
    this.#master.destroy();
    this.#holder.destroy();
  }
}
