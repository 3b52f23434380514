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

/** A serial device with the test at the other end of the line. */
export class Pty {
  readonly path: string;
  readonly #fd: number;
  readonly #master: ReadStream;
  readonly #holder: ReadStream;

  constructor() {
    const pty = openPty({ encoding: null });
    this.path = pty.ptsName;
    this.#fd = pty.fd;
    this.#master = pty.master;
    // Raw from the start: otherwise the terminal echoes what comes in before the program has set it up.
    this.#holder = new ReadStream(openSync(this.path, constants.O_RDWR | constants.O_NOCTTY));
    this.#holder.setRawMode(true);
    // node-pty has begun to read the slave, which would take bytes from the program that opens it.
    pty.slave.destroy();
  }

  get master(): ReadStream {
    return this.#master;
  }

  write(bytes: Uint8Array): void {
    writeSync(this.#fd, bytes);
  }

  /** Pulls the plug: the device is gone for whoever has it open. */
  close(): void {
    this.#holder.destroy();
    this.#master.destroy();
  }
}
