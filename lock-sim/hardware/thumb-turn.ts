import type { EndStop, ThumbTurn } from "../hal.ts";
import type { EmulatedBolt } from "./bolt.ts";

/** The knob inside the door, and the contact on it that tells firmware. */
export class EmulatedThumbTurn implements ThumbTurn {
  readonly #bolt: EmulatedBolt;
  #turned: EndStop | undefined;

  constructor(bolt: EmulatedBolt) {
    this.#bolt = bolt;
  }

  /** Always works, with power or without: people get out. */
  turn(to: EndStop): void {
    this.#bolt.turnByHand(to);
    this.#turned = to;
  }

  take(): EndStop | undefined {
    const turned = this.#turned;
    this.#turned = undefined;
    return turned;
  }
}
