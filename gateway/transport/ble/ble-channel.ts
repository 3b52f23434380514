import assert from "node:assert/strict";
import type { Clock, Timer } from "../../../protocol/clock.ts";
import { BleFragmentAssembler, encodeBleFragments } from "../../../protocol/wire/ble-fragments.ts";
import { type Channel, TransportError, type Urgency } from "../channel.ts";
import { ReplyFilter } from "../reply-filter.ts";
import type { BleConnection } from "./ble-connection.ts";
import type { Handles } from "./gatt.ts";

/** Before the exchange, and where it did not come about. */
const ATT_MTU_MIN = 23;
/** A fragment then fills one packet of the link layer, with data length extension: 251 bytes less L2CAP's four. */
const ATT_MTU_MAX = 247;

type Waiting = {
  request: Uint8Array;
  resolve: (reply: Uint8Array) => void;
  reject: (error: Error) => void;
  timer: Timer;
};

/** Frames over one BLE connection that is subscribed (protocol.md §10). Nothing of it outlives the connection. */
export class BleChannel implements Channel {
  readonly #clock: Clock;
  readonly #connection: BleConnection;
  readonly #handles: Handles;
  readonly #onProved: () => void;
  readonly #assembler = new BleFragmentAssembler();
  readonly #filter = new ReplyFilter();
  #waiting: Waiting | undefined;

  constructor(clock: Clock, connection: BleConnection, handles: Handles, onProved: () => void) {
    this.#clock = clock;
    this.#connection = connection;
    this.#handles = handles;
    this.#onProved = onProved;
    connection.onNotify((handle, value) => {
      if (handle === handles.reply) this.#receive(value);
    });
    connection.lost.addEventListener("abort", () => this.#fail(connection.lost.reason), { once: true });
  }

  get closed(): AbortSignal {
    return this.#connection.lost;
  }

  proved(): void {
    this.#onProved();
  }

  request(frame: Uint8Array, { deadlineMs, urgency }: { deadlineMs: number; urgency: Urgency }): Promise<Uint8Array> {
    assert(!this.#waiting, "one request at a time");
    return new Promise((resolve, reject) => {
      if (this.closed.aborted) {
        reject(this.closed.reason);
        return;
      }
      const timer = this.#clock.schedule(deadlineMs, () => this.#timeOut());
      this.#waiting = { request: frame, resolve, reject, timer };
      this.#connection.busyWith(urgency);
      this.#write(frame);
    });
  }

  hurry(): void {
    if (this.#waiting) this.#connection.busyWith("unlock");
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #write(frame: Uint8Array): void {
    const { request, mayWriteWithoutResponse } = this.#handles;
    const attMtu = Math.min(this.#connection.attMtu ?? ATT_MTU_MIN, ATT_MTU_MAX);
    for (const fragment of encodeBleFragments(frame, attMtu)) {
      this.#connection.write(request, fragment, mayWriteWithoutResponse);
    }
  }

  #receive(fragment: Uint8Array): void {
    const frame = this.#assembler.push(fragment);
    if (!frame || !this.#waiting || !this.#filter.accepts(this.#waiting.request, frame)) return;
    this.#end()?.resolve(frame);
  }

  /** What a lock that has been silent says later would come in the wrong place: a new connection is certain. */
  #timeOut(): void {
    this.#end()?.reject(new TransportError("timeout", "the lock did not answer"));
    void this.close();
  }

  #fail(error: Error): void {
    this.#end()?.reject(error);
  }

  #end(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.timer.cancel();
    this.#connection.idle();
    return waiting;
  }
}
