import { parseArgs } from "node:util";
import { TARGET_NAMES } from "./targets.ts";

export const USAGE = `npm run fuzz -- [--target T]… [--seconds S] [--executions N] [--seed N] [--workers N] [--keep]
npm run fuzz -- --target T --replay HEX|FILE

  --target T      ${TARGET_NAMES.join(", ")} (default: all)
  --seconds S     for all targets together (default: 60)
  --executions N  ends each target after so many, wherever it stands in time: the same again from the same seed
  --seed N        (default: 1)
  --workers N     how many run at the same time (default: 2)
  --keep          writes what adds coverage, and finds, into hil-tests/fuzz/corpus
  --replay        runs one input, in hexadecimal or from a file, and shows what comes of it
`;

export interface Options {
  readonly targets: readonly string[];
  readonly seconds: number;
  readonly executionsMax: number;
  readonly seed: number;
  readonly workers: number;
  readonly keep: boolean;
  readonly replay: string | undefined;
}

/** What is wrong with the command line, in a sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Throws UsageError. */
export function readOptions(args: string[]): Options {
  const values = parse(args);
  const targets = values.target ?? TARGET_NAMES;
  const stranger = targets.find((name) => !TARGET_NAMES.includes(name));
  if (stranger !== undefined) throw new UsageError(`there is no target ${stranger}`);
  if (values.replay !== undefined && targets.length !== 1) throw new UsageError("--replay needs one --target");
  return {
    targets,
    seconds: numberOf("seconds", values.seconds),
    executionsMax:
      values.executions === undefined ? Number.POSITIVE_INFINITY : numberOf("executions", values.executions),
    seed: numberOf("seed", values.seed),
    workers: numberOf("workers", values.workers),
    keep: values.keep,
    replay: values.replay,
  };
}

function numberOf(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new UsageError(`--${name} takes a whole number`);
  return Number(text);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        target: { type: "string", multiple: true },
        seconds: { type: "string", default: "60" },
        executions: { type: "string" },
        seed: { type: "string", default: "1" },
        workers: { type: "string", default: "2" },
        keep: { type: "boolean", default: false },
        replay: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
