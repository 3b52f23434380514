import type { Random } from "../../../protocol/random.ts";
import { MemoryFlash } from "../../hardware/memory-flash.ts";
import { FLASH_BYTES } from "../storage/flash-map.ts";

/** A flash that can also lose power while the lock boots, lose what it is to program, and be put back as it was. */
export class BenchFlash extends MemoryFlash {
  /** Fault: of which bytes it says that they were programmed, and leaves its cells as they are. */
  loses: (bytes: Uint8Array) => boolean = () => false;
  readonly #cells: Uint8Array;
  #cutAtBoot: number | undefined;

  constructor({ random, cells = new Uint8Array(FLASH_BYTES).fill(0xff) }: { random: Random; cells?: Uint8Array }) {
    super({ random, image: cells });
    this.#cells = cells;
  }

  /** Not while the lock runs: it remembers what it wrote. */
  restore(image: Uint8Array): void {
    this.#cells.set(image);
  }

  /** Power goes during the nth flash operation after it next comes back. */
  powerCutAtBoot(n: number): void {
    this.#cutAtBoot = n;
  }

  override program(offset: number, bytes: Uint8Array): void {
    if (!this.loses(bytes)) super.program(offset, bytes);
  }

  override powerOn(): void {
    super.powerOn();
    if (this.#cutAtBoot !== undefined) this.powerCutAtOperation(this.#cutAtBoot);
    this.#cutAtBoot = undefined;
  }
}
