import type { Random } from "../../protocol/random.ts";
import { ERASE_BLOCK_BYTES, FLASH_BYTES } from "../firmware/storage/flash-map.ts";
import type { Flash } from "../hal.ts";

const ERASED = 0xff;
/** What a chip takes at once, at the most: a longer program is as many of its own. */
const PAGE_BYTES = 256;

/** Power went in the middle of a flash operation. Whoever runs the firmware catches it and drops the firmware. */
export class PowerCut extends Error {
  override readonly name = "PowerCut";
}

interface FlashParts {
  /** What the chip holds; a factory-fresh chip without it. Changed in place. */
  image?: Uint8Array;
  /** Erases so far, per block. Changed in place. */
  wear?: Uint32Array;
  /** Decides what a torn operation leaves behind; needed for `powerCutAtOperation` alone. */
  random?: Random;
  /** Told of every change after it was made. */
  onProgram?: (offset: number, bytes: Uint8Array) => void;
  onErase?: (block: number) => void;
}

/**
 * NOR flash in memory: it can count, wear and lose power in the middle of an operation, and nothing else can change it.
 *
 * Such a chip has no cache, so operations never overtake each other: what was programmed before lasts before anything
 * of the next begins. Within one `program` call there is no order to rely on: it goes out page by page, the chip works on
 * all cells of a page at once, and some take longer than others. So a torn program may leave any of its pages
 * undone, done, or done in any of their bits, whatever stands before them.
 */
export class MemoryFlash implements Flash {
  readonly eraseBlockBytes = ERASE_BLOCK_BYTES;
  readonly #image: Uint8Array;
  readonly #wear: Uint32Array;
  readonly #parts: FlashParts;
  #programs = 0;
  #programmedBytes = 0;
  #erases = 0;
  #cutAtOperation: number | undefined;
  #hasPower = true;

  constructor(parts: FlashParts = {}) {
    this.#image = parts.image ?? new Uint8Array(FLASH_BYTES).fill(ERASED);
    this.#wear = parts.wear ?? new Uint32Array(this.#image.length / ERASE_BLOCK_BYTES);
    this.#parts = parts;
  }

  get sizeBytes(): number {
    return this.#image.length;
  }

  /** Programs and erases since this object was made. */
  get operations(): { programs: number; programmedBytes: number; erases: number } {
    return { programs: this.#programs, programmedBytes: this.#programmedBytes, erases: this.#erases };
  }

  /** Erases per block over the life of the chip. */
  get wear(): readonly number[] {
    return Array.from(this.#wear);
  }

  /** A copy of all that the chip holds. */
  image(): Uint8Array {
    return this.#image.slice();
  }

  /** Power goes during the nth operation from now (1 = the next): it is torn and throws PowerCut, and so does every later one until `powerOn`. */
  powerCutAtOperation(n: number): void {
    this.#cutAtOperation = this.#programs + this.#erases + n;
  }

  powerOn(): void {
    this.#hasPower = true;
    this.#cutAtOperation = undefined;
  }

  read(offset: number, length: number): Uint8Array {
    this.#checkRange(offset, length);
    return this.#image.slice(offset, offset + length);
  }

  program(offset: number, bytes: Uint8Array): void {
    this.#checkRange(offset, bytes.length);
    const isCut = this.#isCut();
    this.#programs++;
    this.#programmedBytes += bytes.length;
    const written = isCut ? this.#torn(offset, bytes) : bytes;
    for (const [i, byte] of written.entries()) this.#image[offset + i]! &= byte;
    this.#parts.onProgram?.(offset, this.#image.subarray(offset, offset + bytes.length));
    if (isCut) this.#losePower();
  }

  eraseBlock(offset: number): void {
    this.#checkRange(offset, ERASE_BLOCK_BYTES);
    if (offset % ERASE_BLOCK_BYTES !== 0) throw new RangeError(`no block begins at ${offset}`);
    const isCut = this.#isCut();
    this.#erases++;
    const block = offset / ERASE_BLOCK_BYTES;
    this.#wear[block]!++;
    const cells = this.#image.subarray(offset, offset + ERASE_BLOCK_BYTES);
    if (isCut) this.#tearErase(cells);
    else cells.fill(ERASED);
    this.#parts.onErase?.(block);
    if (isCut) this.#losePower();
  }

  /** Fault: one cell turns over by itself. Bits count from 0, the lowest. */
  flipBit(offset: number, bit: number): void {
    this.#checkRange(offset, 1);
    this.#image[offset]! ^= 1 << bit;
    this.#parts.onProgram?.(offset, this.#image.subarray(offset, offset + 1));
  }

  #isCut(): boolean {
    if (!this.#hasPower) throw new PowerCut("the flash has no power");
    return this.#programs + this.#erases + 1 === this.#cutAtOperation;
  }

  #losePower(): never {
    this.#hasPower = false;
    throw new PowerCut(`power cut at flash operation ${this.#cutAtOperation}`);
  }

  /** What is programmed in place of `bytes`. */
  #torn(offset: number, bytes: Uint8Array): Uint8Array {
    return this.#below(2) === 0 ? this.#tornInOrder(bytes) : this.#tornByPages(offset, bytes);
  }

  /** Any prefix (none and all included), and the byte after it with some of its bits done. */
  #tornInOrder(bytes: Uint8Array): Uint8Array {
    const done = this.#below(bytes.length + 1);
    return bytes.map((byte, i) => (i < done ? byte : i === done ? byte | this.#below(0x100) : ERASED));
  }

  #tornByPages(offset: number, bytes: Uint8Array): Uint8Array {
    const pageOf = (i: number) => Math.floor((offset + i) / PAGE_BYTES) - Math.floor(offset / PAGE_BYTES);
    const undoneBits = Array.from({ length: pageOf(bytes.length - 1) + 1 }, () => this.#undoneBits());
    return bytes.map((byte, i) => byte | undoneBits[pageOf(i)]!());
  }

  /** Of each byte of a page: none, all, or some. */
  #undoneBits(): () => number {
    switch (this.#below(3)) {
      case 0:
        return () => 0;
      case 1:
        return () => ERASED;
      default:
        return () => this.#below(0x100);
    }
  }

  /** Nothing, all, a front or a back part erased, every byte half way, or plain chance. */
  #tearErase(cells: Uint8Array): void {
    const border = this.#below(cells.length);
    switch (this.#below(6)) {
      case 0:
        return;
      case 1:
        cells.fill(ERASED);
        return;
      case 2:
        cells.fill(ERASED, 0, border);
        return;
      case 3:
        cells.fill(ERASED, border);
        return;
      case 4:
        cells.set(
          this.#random()
            .bytes(cells.length)
            .map((bits, i) => bits | cells[i]!),
        );
        return;
      default:
        cells.set(this.#random().bytes(cells.length));
    }
  }

  #below(limit: number): number {
    const [a, b, c] = this.#random().bytes(3);
    return ((a! << 16) | (b! << 8) | c!) % limit;
  }

  #random(): Random {
    if (!this.#parts.random) throw new Error("a flash that is to tear needs a Random");
    return this.#parts.random;
  }

  #checkRange(offset: number, length: number): void {
    if (length < 1 || offset < 0 || offset + length > this.#image.length)
      throw new RangeError(`the flash has no ${length} bytes at ${offset}`);
  }
}
