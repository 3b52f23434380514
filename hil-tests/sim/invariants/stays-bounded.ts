import type { Happening } from "../happening.ts";
import type { Invariant } from "./invariant.ts";

/** Timers, connections and files do not grow with the time that a gateway runs. */
export class StaysBounded implements Invariant {
  readonly name = "memory, queues and disk stay bounded";

  see(happening: Happening): string | undefined {
    if (happening.kind !== "size" || happening.size <= happening.limit) return undefined;
    const { of, where, size, limit } = happening;
    return `${of} of ${where} have come to ${size}; ${limit} would be much`;
  }
}
