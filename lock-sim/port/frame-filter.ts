import { SerialFrameDecoder } from "../../protocol/wire/serial-frame.ts";
import type { LinkCounters } from "../link-counters.ts";

/** From the bytes of a line to the frames for one address; counts what was dropped. */
export class FrameFilter {
  readonly #decoder = new SerialFrameDecoder();
  readonly #address: number;
  readonly #counters: LinkCounters;

  constructor(address: number, counters: LinkCounters) {
    this.#address = address;
    this.#counters = counters;
  }

  push(bytes: Uint8Array): Uint8Array[] {
    const droppedBefore = this.#decoder.dropped;
    const frames = this.#decoder.push(bytes);
    const mine = frames.filter(({ address }) => address === this.#address);
    this.#counters.countDropped(this.#decoder.dropped - droppedBefore + frames.length - mine.length);
    return mine.map(({ frame }) => frame);
  }
}
