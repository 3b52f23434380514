import type { Happening } from "../happening.ts";
import type { Invariant } from "./invariant.ts";

/** People get out: a hand on the inside moves the bolt at once, with power or without. */
export class HandOpens implements Invariant {
  readonly name = "a hand on the inside always opens";

  see(happening: Happening): string | undefined {
    if (happening.kind !== "hand" || happening.position === happening.to) return undefined;
    return `a hand turned the bolt of lock ${happening.lock} to ${happening.to}, and it is ${happening.position}`;
  }
}
