import type { Step } from "./journal-world.ts";

/** The steps of an attack on journal.pml, as `protocol/formal/run.sh --trails` writes them: one a line. Throws for a line that is none. */
export function readTrail(text: string): Step[] {
  return text.trim().split("\n").map(readStep);
}

function readStep(line: string): Step {
  const [kind, ...words] = line.split(" ");
  const [a = 0, b = 0, c = 0, d = 0] = words.map(Number);
  switch (kind) {
    case "sign":
      return { kind, order: a, slot: b };
    case "make":
      return { kind, s1: a, slot: b, n: c, order: d };
    case "deliver":
      return { kind, s1: a };
    case "c":
      return { kind, order: a };
    case "bolt":
    case "jam":
    case "recycle":
    case "write_fails":
      return { kind };
    case "cut": {
      const [when] = words;
      if (when === "at_rest" || when === "bolt_moved" || when === "after_event" || when === "recycling")
        return { kind, when };
      throw new RangeError(`no moment: ${line}`);
    }
    default:
      throw new RangeError(`no step: ${line}`);
  }
}
