import { MemoryFlash } from "../../hardware/memory-flash.ts";

/** A flash that can also lose power while the lock boots. */
export class BenchFlash extends MemoryFlash {
  #cutAtBoot: number | undefined;

  /** Power goes during the nth flash operation after it next comes back. */
  powerCutAtBoot(n: number): void {
    this.#cutAtBoot = n;
  }

  override powerOn(): void {
    super.powerOn();
    if (this.#cutAtBoot !== undefined) this.powerCutAtOperation(this.#cutAtBoot);
    this.#cutAtBoot = undefined;
  }
}
