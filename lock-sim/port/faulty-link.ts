import type { Clock, Timer } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import type { LinkCounters } from "../link-counters.ts";
import type { Carrier } from "../lock.ts";
import type { LinkEnd } from "./port.ts";

export interface LinkFaults {
  /** Nothing comes through, either way; connections stay. */
  readonly isDown: boolean;
  /** So late does every frame arrive. */
  readonly delayMs: number;
  /** The share of frames that is lost, from 0 to 1. What a carrier's checksum catches is a loss. */
  readonly loss: number;
  /** The share of frames that arrives with one bit turned over, behind the carrier's checksum. */
  readonly corruption: number;
}

const NO_FAULTS: LinkFaults = { isDown: false, delayMs: 0, loss: 0, corruption: 0 };

/** What lies between a carrier and the lock: nothing, until somebody sets faults. They meet frames of both directions. */
export class FaultyLink implements LinkEnd {
  readonly counters: LinkCounters;
  readonly #lock: LinkEnd;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #late = new Set<Timer>();
  #faults = NO_FAULTS;

  constructor(lock: LinkEnd, clock: Clock, random: Random) {
    this.counters = lock.counters;
    this.#lock = lock;
    this.#clock = clock;
    this.#random = random;
  }

  get faults(): LinkFaults {
    return this.#faults;
  }

  /** What is left out stays as it is. */
  setFaults(faults: Partial<LinkFaults>): void {
    this.#faults = { ...this.#faults, ...faults };
  }

  connect(carrier: Carrier): number | undefined {
    return this.#lock.connect({
      ...carrier,
      send: (frame) => this.#pass(frame, (arrived) => carrier.send(arrived)),
      close: () => carrier.close(),
    });
  }

  disconnect(connection: number): void {
    this.#lock.disconnect(connection);
  }

  receive(connection: number, frame: Uint8Array): void {
    this.#pass(frame, (arrived) => this.#lock.receive(connection, arrived));
  }

  /** Frames that are still on their way are lost. */
  close(): void {
    for (const timer of this.#late) timer.cancel();
    this.#late.clear();
  }

  #pass(frame: Uint8Array, deliver: (arrived: Uint8Array) => void): void {
    const { isDown, delayMs, loss, corruption } = this.#faults;
    if (isDown || this.#happens(loss)) {
      this.counters.countDropped(1);
      return;
    }
    const arrived = this.#happens(corruption) ? this.#withOtherBit(frame) : frame;
    if (delayMs === 0) deliver(arrived);
    else this.#deliverLater(delayMs, () => deliver(arrived));
  }

  #deliverLater(delayMs: number, deliver: () => void): void {
    const timer = this.#clock.schedule(delayMs, () => {
      this.#late.delete(timer);
      deliver();
    });
    this.#late.add(timer);
  }

  #withOtherBit(frame: Uint8Array): Uint8Array {
    const turned = frame.slice();
    const bit = Math.floor(this.#chance() * 8 * frame.length);
    turned[bit >> 3]! ^= 0x80 >> (bit & 7);
    return turned;
  }

  #happens(share: number): boolean {
    return share > 0 && this.#chance() < share;
  }

  /** From 0 up to, not including, 1. */
  #chance(): number {
    const [a, b, c] = this.#random.bytes(3);
    return ((a! << 16) | (b! << 8) | c!) / 0x100_0000;
  }
}
