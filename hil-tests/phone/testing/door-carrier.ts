import { TransportError } from "../../../gateway/transport/channel.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import type { FrameCarrier } from "../frame-carrier.ts";

const STEP_MS = 50;
const ANSWER_WITHIN_MS = 5_000;

/** A connection to a lock in the same process. While the lock has not answered, time goes on. */
export class DoorCarrier implements FrameCarrier {
  /** Every frame that went out. */
  readonly sent: Uint8Array[] = [];
  /** Frames from this one on (counted from 0) are lost on the way, or their answers are. */
  breakAt: { frame: number; lost: "request" | "reply" } | undefined;
  readonly #lock: Lock;
  readonly #clock: VirtualClock;
  readonly #connection: number | undefined;
  #reply: Uint8Array | undefined;

  constructor(lock: Lock, clock: VirtualClock) {
    this.#lock = lock;
    this.#clock = clock;
    this.#connection = lock.connect({
      send: (frame) => {
        this.#reply = frame;
      },
      close: () => {},
    });
  }

  async request(frame: Uint8Array): Promise<Uint8Array> {
    const broken = this.breakAt && this.sent.length >= this.breakAt.frame ? this.breakAt.lost : undefined;
    this.sent.push(frame);
    this.#reply = undefined;
    if (broken !== "request" && this.#connection !== undefined) this.#lock.receive(this.#connection, frame);
    for (let waitedMs = 0; !this.#reply && waitedMs < ANSWER_WITHIN_MS; waitedMs += STEP_MS)
      this.#clock.advance(STEP_MS);
    if (!this.#reply || broken) throw new TransportError("timeout", "the lock did not answer");
    return this.#reply;
  }

  async close(): Promise<void> {
    if (this.#connection !== undefined) this.#lock.disconnect(this.#connection);
  }
}
