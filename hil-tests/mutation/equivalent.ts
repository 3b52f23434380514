import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeChange, type Mutant } from "./mutant.ts";

/** A mutant that does what the original does, so that no test can tell them apart. */
export interface Equivalent {
  readonly file: string;
  /** The source line in which it begins, without its indentation. */
  readonly line: string;
  /** As `describeChange` puts it. */
  readonly change: string;
  readonly reason: string;
}

/** Tells equivalent mutants by the text of their line: numbers of lines change with every edit. `root` is the project's folder. */
export function equivalence(root: string, known: readonly Equivalent[]): (mutant: Mutant) => Equivalent | undefined {
  const texts = new Map<string, string[]>();
  const linesOf = (file: string) => {
    const lines = texts.get(file) ?? readFileSync(join(root, file), "utf8").split("\n");
    texts.set(file, lines);
    return lines;
  };
  return (mutant) =>
    known.find(
      ({ file, line, change }) =>
        file === mutant.file && change === describeChange(mutant) && line === linesOf(file)[mutant.line - 1]?.trim(),
    );
}
