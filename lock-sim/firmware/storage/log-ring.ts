import type { Suite } from "../../../crypto/suite.ts";
import type { Flash } from "../../hal.ts";
import type { FlashRegion } from "./flash-map.ts";
import { LogBlock, type LogBlockHeader } from "./log-block.ts";

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
  readonly #suite: Suite;
  #blocks: readonly LogBlock[] = [];

  constructor(flash: Flash, region: FlashRegion, suite: Suite) {
    this.#flash = flash;
    this.#region = region;
    this.#suite = suite;
  }

  /** Takes up the blocks that are in flash and their records, but for those that are gone. Drops a torn record. */
  scan(isGone: (block: LogBlock) => boolean): void {
    this.#blocks = this.#offsets()
      .map((offset) => LogBlock.find(this.#flash, this.#suite, offset))
      .filter((block) => block !== undefined)
      .filter((block) => !isGone(block))
      .sort((a, b) => a.sequence - b.sequence);
    for (const block of this.#blocks) block.takeUp(block === this.newest);
  }

  /** How many bits were found rotten, and set right, by `scan`. */
  get corrections(): number {
    return this.#blocks.reduce((sum, block) => sum + block.corrections, 0);
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
  begin(offset: number, header: LogBlockHeader): void {
    this.#flash.eraseBlock(offset);
    const others = this.#blocks.filter((block) => block.offset !== offset);
    this.#blocks = [...others, LogBlock.begin(this.#flash, this.#suite, offset, header)];
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
