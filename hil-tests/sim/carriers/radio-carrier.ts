import { TransportError } from "../../../gateway/transport/channel.ts";
import type { Clock, Timer } from "../../../protocol/clock.ts";
import type { FrameCarrier } from "../../phone/frame-carrier.ts";
import type { Line, Link } from "./link.ts";

interface Waiting {
  resolve: (reply: Uint8Array) => void;
  reject: (error: Error) => void;
  timer: Timer;
}

const ANSWER_WITHIN_MS = 8_000;

/** A phone's connection to the lock that it stands at. Throws TransportError if the lock takes none. */
export class RadioCarrier implements FrameCarrier {
  readonly #clock: Clock;
  readonly #line: Line;
  #waiting: Waiting | undefined;

  constructor(link: Link, clock: Clock) {
    this.#clock = clock;
    this.#line = link.connect("phone", {
      receive: (frame) => this.#settle(({ resolve }) => resolve(frame)),
      lost: () => this.#settle(({ reject }) => reject(new TransportError("closed", "the lock has hung up"))),
    });
  }

  request(frame: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.schedule(ANSWER_WITHIN_MS, () =>
        this.#settle(() => reject(new TransportError("timeout", "the lock does not answer"))),
      );
      this.#waiting = { resolve, reject, timer };
      this.#line.send(frame);
    });
  }

  async close(): Promise<void> {
    this.#line.end();
  }

  #settle(answer: (waiting: Waiting) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.timer.cancel();
    if (waiting) answer(waiting);
  }
}
