import type { Clock } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import type { Effort } from "./effort.ts";
import type { Figure } from "./figure.ts";

/** What a row measures with. */
export interface Bench {
  /** The machine's: the one thing here that knows how long something takes. */
  clock: Clock;
  random: Random;
  effort: Effort;
  /** An empty directory of the row's own, on the disk whose speed counts. */
  directory: string;
}

export interface Row {
  /** What it is called on the command line. */
  name: string;
  /** What is measured, and how, in a few sentences. */
  how: string;
  measure(bench: Bench): Figure[] | Promise<Figure[]>;
}
