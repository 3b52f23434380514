import { FaultyWire } from "./faulty-wire.ts";
import { PtyEnd } from "./pty-end.ts";

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
