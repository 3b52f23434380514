import type { Flash } from "../../hal.ts";
import type { FlashRegion } from "./flash-map.ts";
import { LogBlock } from "./log-block.ts";

/** The records of one generation that are still here. */
export interface LogSpan {
  readonly generation: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** The blocks of the log, in the order in which they were begun, wherever they lie. */
export class LogRing {
  readonly #flash: Flash;
  readonly #region: FlashRegion;
  #blocks: readonly LogBlock[] = [];

  constructor(flash: Flash, region: FlashRegion) {
    this.#flash = flash;
    this.#region = region;
  }

  /** Takes up the blocks that are in flash, but for those that `isGone`. */
  scan(isGone: (block: LogBlock) => boolean): void {
    this.#blocks = this.#offsets()
      .map((offset) => LogBlock.scan(this.#flash, offset))
      .filter((block) => block !== undefined)
      .filter((block) => !isGone(block))
      .sort((a, b) => a.sequence - b.sequence);
  }

  get newest(): LogBlock | undefined {
    return this.#blocks.at(-1);
  }

  /** Oldest first. */
  get blocks(): readonly LogBlock[] {
    return this.#blocks;
  }

  /** Where a block can begin without another having to go; undefined if the ring is full. */
  freeOffset(): number | undefined {
    return this.#offsets().find((offset) => this.#blocks.every((block) => block.offset !== offset));
  }

  /** Begins a block, over the one that lies there. */
  begin(offset: number, sequence: number, generation: number): void {
    this.#flash.eraseBlock(offset);
    const others = this.#blocks.filter((block) => block.offset !== offset);
    this.#blocks = [...others, LogBlock.begin(this.#flash, offset, sequence, generation)];
  }

  /** The block that holds the record, or undefined. */
  find(generation: number, seq: number): LogBlock | undefined {
    return this.#blocks.find((block) => block.generation === generation && block.has(seq));
  }

  /** Undefined for a generation without records. */
  span(generation: number): LogSpan | undefined {
    const blocks = this.#blocks.filter((block) => block.generation === generation && block.count > 0);
    const [first, last] = [blocks[0], blocks.at(-1)];
    return first && last && { generation, firstSeq: first.firstSeq, lastSeq: last.lastSeq };
  }

  /** Of all generations that have records, oldest first. */
  spans(): LogSpan[] {
    const generations = new Set(this.#blocks.map(({ generation }) => generation));
    return [...generations].map((generation) => this.span(generation)).filter((span) => span !== undefined);
  }

  #offsets(): number[] {
    const { offset, blocks } = this.#region;
    return Array.from({ length: blocks }, (_, block) => offset + block * this.#flash.eraseBlockBytes);
  }
}
