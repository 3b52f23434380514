import type { Chance } from "./chance.ts";
import type { BurstLoss } from "./model.ts";

/** The state of one path under loss in bursts; begins good. */
export class LossyPath {
  #isGood = true;

  /** Whether the next packet is lost. */
  loses(chance: Chance, { goodLoss, badLoss, goodToBad, badToGood }: BurstLoss): boolean {
    const isLost = chance.happens(this.#isGood ? goodLoss : badLoss);
    if (chance.happens(this.#isGood ? goodToBad : badToGood)) this.#isGood = !this.#isGood;
    return isLost;
  }
}
