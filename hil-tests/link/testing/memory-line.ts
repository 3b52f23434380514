import type { OpenSerialLine, SerialLineEvents } from "../../../gateway/transport/serial-bus.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import type { Clock } from "../../../protocol/clock.ts";
import { encodeSerialFrame, SerialFrameDecoder } from "../../../protocol/wire/serial-frame.ts";

const ADDRESS = 0;
/** Start bit, eight of data and stop bit at about 9,600 baud. */
const BYTE_MS = 1;

/** A serial line in memory, byte by byte, between a gateway's port and a lock in the same process; it can be cut. */
export class MemoryLine {
  readonly #lock: Lock;
  readonly #clock: Clock;
  readonly #decoder = new SerialFrameDecoder();
  #events: SerialLineEvents | undefined;
  #connection: number | undefined;
  /** Bytes that will still pass, in both directions together. */
  #bytesLeft = Number.POSITIVE_INFINITY;
  #onCut: () => void = () => {};
  #passedBytes = 0;

  constructor(lock: Lock, clock: Clock) {
    this.#lock = lock;
    this.#clock = clock;
  }

  /** Bytes that have passed so far, in both directions together. */
  get passedBytes(): number {
    return this.#passedBytes;
  }

  /** Cuts the line once `bytes` more have passed, and tells when it comes to that. */
  cutAfter(bytes: number, onCut: () => void): void {
    this.#bytesLeft = bytes;
    this.#onCut = onCut;
  }

  mend(): void {
    this.#bytesLeft = Number.POSITIVE_INFINITY;
  }

  /** The gateway's end. */
  readonly open: OpenSerialLine = async (events) => {
    this.#events = events;
    return {
      write: (bytes) => this.#pass(bytes, (byte) => this.#toLock(byte)),
      close: async () => {
        this.#events = undefined;
      },
    };
  };

  #toLock(byte: Uint8Array): void {
    for (const { frame } of this.#decoder.push(byte)) {
      this.#connection ??= this.#lock.connect({
        send: (reply) => this.#pass(encodeSerialFrame(ADDRESS, reply), (sent) => this.#events?.bytes(sent)),
        close: () => {
          this.#connection = undefined;
        },
      });
      if (this.#connection !== undefined) this.#lock.receive(this.#connection, frame);
    }
  }

  #pass(bytes: Uint8Array, arrive: (byte: Uint8Array) => void): void {
    for (const [at, byte] of bytes.entries()) {
      this.#clock.schedule((at + 1) * BYTE_MS, () => {
        if (this.#bytesLeft === 0) return;
        this.#bytesLeft -= 1;
        this.#passedBytes += 1;
        arrive(Uint8Array.of(byte));
        if (this.#bytesLeft === 0) this.#onCut();
      });
    }
  }
}
