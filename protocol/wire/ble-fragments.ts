import { concat, uint8 } from "./bytes.ts";
import { FRAME_BYTES_MAX } from "./messages.ts";

// BLE GATT (protocol.md §10): a fragment is one byte `first 80 | last 40 | seq (6 bits)`, then a part of the frame.

const FIRST = 0x80;
const LAST = 0x40;
const SEQ_MASK = 0x3f;
const ATT_HEADER_BYTES = 3;
const FRAGMENT_HEADER_BYTES = 1;

/** Cuts a frame into fragments of at most ATT_MTU−3 bytes each, header included. */
export function encodeBleFragments(frame: Uint8Array, attMtu: number): Uint8Array[] {
  if (frame.length < 1 || frame.length > FRAME_BYTES_MAX) throw new RangeError(`no frame: ${frame.length} bytes`);
  const partBytesMax = attMtu - ATT_HEADER_BYTES - FRAGMENT_HEADER_BYTES;
  const count = Math.ceil(frame.length / partBytesMax);
  return Array.from({ length: count }, (_, index) => {
    const first = index === 0 ? FIRST : 0;
    const last = index === count - 1 ? LAST : 0;
    const part = frame.subarray(index * partBytesMax, (index + 1) * partBytesMax);
    return concat(uint8(first | last | (index & SEQ_MASK)), part);
  });
}

/**
 * Puts the fragments of one direction together. A gap, a repeat, an empty part or more than 1024 bytes drops the frame; a
 * first fragment begins a new one at any time.
 */
export class BleFragmentAssembler {
  /** The parts so far of the frame under way; none between frames and after a drop. */
  #parts: Uint8Array[] = [];
  #lengthBytes = 0;
  #dropped = 0;

  /** How many frames were begun and not finished, and fragments that belonged to no frame. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The frame that this fragment completes, if it does. */
  push(fragment: Uint8Array): Uint8Array | undefined {
    const header = fragment[0] ?? 0;
    const part = fragment.slice(FRAGMENT_HEADER_BYTES);
    const isFirst = (header & FIRST) !== 0;
    const isUnderWay = this.#parts.length > 0;
    if (isFirst && isUnderWay) this.#drop();
    const isInSequence = (header & SEQ_MASK) === (this.#parts.length & SEQ_MASK);
    const fits = part.length > 0 && this.#lengthBytes + part.length <= FRAME_BYTES_MAX;
    if ((!isFirst && !isUnderWay) || !isInSequence || !fits) {
      this.#drop();
      return undefined;
    }
    this.#parts.push(part);
    this.#lengthBytes += part.length;
    return header & LAST ? this.#finish() : undefined;
  }

  #finish(): Uint8Array {
    const frame = concat(...this.#parts);
    this.#begin();
    return frame;
  }

  #drop(): void {
    this.#dropped++;
    this.#begin();
  }

  #begin(): void {
    this.#parts = [];
    this.#lengthBytes = 0;
  }
}
