import { RecordType } from "../../../protocol/log/record.ts";
import type { Happening } from "../happening.ts";
import type { Invariant } from "./invariant.ts";

/** People get out: a hand on the inside moves the bolt at once, with power or without, and no motor works against it. */
export class HandOpens implements Invariant {
  readonly name = "a hand on the inside always opens";
  /** Locks that somebody has asked to act since a hand turned their bolt. */
  readonly #asked = new Set<number>();

  see(happening: Happening): string | undefined {
    switch (happening.kind) {
      case "record":
        if (happening.record.type === RecordType.intent) this.#asked.add(happening.lock);
        return undefined;
      case "hand":
        this.#asked.delete(happening.lock);
        return judge(happening, "and it is");
      case "after-hand":
        return this.#asked.has(happening.lock) ? undefined : judge(happening, "and soon after it is");
      default:
        return undefined;
    }
  }
}

function judge({ lock, to, position }: Happening & { kind: "hand" | "after-hand" }, but: string): string | undefined {
  return position === to ? undefined : `a hand turned the bolt of lock ${lock} to ${to}, ${but} ${position}`;
}
