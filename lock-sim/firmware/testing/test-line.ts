import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import type { CarrierKind } from "../../hal.ts";
import type { Lock } from "../../lock.ts";

/** How long a gateway waits for an answer before it gives up. */
const PATIENCE_MS = 6000;

/** One connection to a lock in memory. */
export class TestLine {
  readonly #lock: Lock;
  readonly #clock: VirtualClock;
  readonly #replies: Uint8Array[] = [];
  #connection: number | undefined;
  #isClosed = false;

  constructor(lock: Lock, clock: VirtualClock, kind: CarrierKind = "wire") {
    this.#lock = lock;
    this.#clock = clock;
    this.#connection = lock.connect({
      kind,
      send: (frame) => this.#replies.push(frame),
      close: () => {
        this.#isClosed = true;
      },
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The frame goes to the lock; what it answers at once, or undefined. Time stands still. */
  send(frame: Uint8Array): Uint8Array | undefined {
    if (this.#connection === undefined) return undefined;
    this.#lock.receive(this.#connection, frame);
    return this.#replies.shift();
  }

  /** The answer, however long the bolt travels; undefined if none comes in time. */
  request(frame: Uint8Array): Uint8Array | undefined {
    const atOnce = this.send(frame);
    return atOnce ?? this.wait();
  }

  /** What comes next by itself. */
  wait(): Uint8Array | undefined {
    const untilMs = this.#clock.monotonicMs() + PATIENCE_MS;
    while (this.#replies.length === 0) {
      const nextMs = this.#clock.nextTimerMs();
      if (nextMs === undefined || nextMs > untilMs || this.#isClosed) return undefined;
      this.#clock.advance(nextMs - this.#clock.monotonicMs());
    }
    return this.#replies.shift();
  }

  hangUp(): void {
    if (this.#connection !== undefined) this.#lock.disconnect(this.#connection);
    this.#connection = undefined;
  }
}
