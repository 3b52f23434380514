import type { Mutant } from "./mutant.ts";

/** `uncovered`: no test comes by it. */
export type Verdict = "killed" | "survived" | "uncovered";

export interface Tried {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}
