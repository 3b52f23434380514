import { BleFragmentAssembler, encodeBleFragments } from "../../../protocol/wire/ble-fragments.ts";
import type { LinkEnd } from "../port.ts";

const ATT_HEADER_BYTES = 3;
/** A fragment then fills one packet of the link layer, with data length extension: 251 bytes less L2CAP's four. */
const ATT_MTU_MAX = 247;

/** One central's connection to the lock (protocol.md §10): fragments in, fragments out. Nothing of it outlives it. */
export class Central {
  readonly #lock: LinkEnd;
  readonly #assembler = new BleFragmentAssembler();
  #connection: number | undefined;
  #subscription: { attMtu: number; notify: (value: Buffer) => void } | undefined;

  constructor(lock: LinkEnd) {
    this.#lock = lock;
  }

  /** False if the lock takes no connection. `hangUp` is called when it ends this one. */
  connect(hangUp: () => void): boolean {
    this.#connection = this.#lock.connect({
      kind: "ble",
      send: (frame) => this.#send(frame),
      close: () => {
        this.#connection = undefined;
        hangUp();
      },
    });
    return this.#connection !== undefined;
  }

  subscribed(maxValueBytes: number, notify: (value: Buffer) => void): void {
    this.#subscription = { attMtu: Math.min(maxValueBytes + ATT_HEADER_BYTES, ATT_MTU_MAX), notify };
  }

  unsubscribed(): void {
    this.#subscription = undefined;
  }

  receive(fragment: Uint8Array): void {
    const droppedBefore = this.#assembler.dropped;
    const frame = this.#assembler.push(fragment);
    this.#lock.counters.countDropped(this.#assembler.dropped - droppedBefore);
    if (frame && this.#connection !== undefined) this.#lock.receive(this.#connection, frame);
  }

  /** The far end has gone. */
  disconnected(): void {
    this.#subscription = undefined;
    if (this.#connection !== undefined) this.#lock.disconnect(this.#connection);
    this.#connection = undefined;
  }

  #send(frame: Uint8Array): void {
    if (!this.#subscription) {
      this.#lock.counters.countDropped(1);
      return;
    }
    const { attMtu, notify } = this.#subscription;
    for (const fragment of encodeBleFragments(frame, attMtu)) notify(Buffer.from(fragment));
  }
}
