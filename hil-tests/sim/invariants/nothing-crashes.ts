import type { Happening } from "../happening.ts";
import type { Invariant } from "./invariant.ts";

/** An assertion that fails, or a promise that nobody catches, ends a daemon; and an emulated lock must not throw at all. */
export class NothingCrashes implements Invariant {
  readonly name = "neither gateway nor firmware gives up by itself";

  see(happening: Happening): string | undefined {
    return happening.kind === "crashed" ? `${happening.where}: ${happening.why}` : undefined;
  }
}
