import type { CarrierKind } from "../../../lock-sim/hal.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";

/** Told of what is asked on a wire, and what the lock answers; undefined is silence. */
type Hearing = (request: Uint8Array, reply: Uint8Array | undefined) => void;

const BOLT_STEP_MS = 50;

/** One connection to a lock, on which anybody says whatever they like. */
export class Wire {
  readonly #lock: Lock;
  readonly #clock: VirtualClock;
  readonly #hearing: Hearing;
  readonly #connection: number | undefined;
  #reply: Uint8Array | undefined;
  #isOpen = true;

  constructor(lock: Lock, clock: VirtualClock, hearing: Hearing, kind: CarrierKind = "wire") {
    this.#lock = lock;
    this.#clock = clock;
    this.#hearing = hearing;
    this.#connection = lock.connect({
      kind,
      send: (frame) => {
        this.#reply = frame;
      },
      close: () => {
        this.#isOpen = false;
      },
    });
  }

  /** False once the lock has hung up, or never took the connection. */
  get isOpen(): boolean {
    return this.#isOpen && this.#connection !== undefined;
  }

  /** What the lock answers, once a bolt on its way has got there; undefined for silence. */
  ask(frame: Uint8Array): Uint8Array | undefined {
    if (this.#connection === undefined) return undefined;
    this.#reply = undefined;
    this.#lock.receive(this.#connection, frame);
    while (!this.#reply && this.#lock.hardware.bolt.isDriven()) this.#clock.advance(BOLT_STEP_MS);
    this.#hearing(frame, this.#reply);
    return this.#reply;
  }

  end(): void {
    if (this.#connection !== undefined) this.#lock.disconnect(this.#connection);
  }
}
