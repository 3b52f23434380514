import { parseArgs } from "node:util";
import { PARTS, type Part } from "./list-mutants.ts";

export const USAGE = `npm run mutation [-- --part PART] [--file TEXT] [--sample N] [--seed S] [--workers W]
                   [--budget SECONDS] [--list]

  --part PART  ${Object.keys(PARTS).join(" or ")} (default: both)
  --file TEXT  only mutants of files whose path has the text in it
  --sample N   only N mutants, drawn at random
  --seed S     draws another sample (default: 1)
  --workers W  that many processes at a time (default: 1)
  --budget S   how many seconds the tests of one mutant may take (default: 4)
  --list       prints the mutants and tries none
`;

export interface Options {
  parts: readonly Part[];
  file: string;
  sample: number | undefined;
  seed: number;
  workers: number;
  testBudgetMs: number;
  list: boolean;
}

/** What is wrong with the command line, in a sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function readOptions(args: string[]): Options {
  const { part, file, sample, seed, workers, budget, list } = parse(args);
  return {
    parts: part === undefined ? (Object.keys(PARTS) as Part[]) : [partNamed(part)],
    file,
    sample: sample === undefined ? undefined : positive(sample),
    seed: positive(seed),
    workers: positive(workers),
    testBudgetMs: 1000 * positive(budget),
    list,
  };
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        part: { type: "string" },
        file: { type: "string", default: "" },
        sample: { type: "string" },
        seed: { type: "string", default: "1" },
        workers: { type: "string", default: "1" },
        budget: { type: "string", default: "4" },
        list: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function partNamed(name: string): Part {
  if (name in PARTS) return name as Part;
  throw new UsageError(`there is no part ${name}`);
}

function positive(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`${text} is no positive number`);
}
