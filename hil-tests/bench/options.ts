import { parseArgs } from "node:util";
import type { Row } from "./row.ts";
import { ROWS } from "./rows.ts";

export const USAGE = `npm run bench [-- ROW…] [--json FILE] [--markdown FILE] [--quick] [--drain EVENTS]

  ROW              ${ROWS.map(({ name }) => name).join(", ")} (default: all)
  --json FILE      where the figures go (default: dist/bench.json)
  --markdown FILE  writes the page of all rows and their peers, docs/benchmarks.md
  --drain EVENTS   how large a backlog the row drain has; ten million take a while
  --quick          measures so little that it only shows whether the rows work
`;

export interface Options {
  rows: readonly Row[];
  json: string | undefined;
  markdown: string | undefined;
  quick: boolean;
  drainEvents: number | undefined;
}

/** What is wrong with the command line, in a sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export function readOptions(args: string[]): Options {
  const { values, positionals } = parse(args);
  const { json, markdown, quick } = values;
  const drainEvents = values.drain === undefined ? undefined : Number(values.drain);
  if (drainEvents !== undefined && !(Number.isSafeInteger(drainEvents) && drainEvents > 0)) {
    throw new UsageError("--drain takes a number of events");
  }
  const rows = positionals.length === 0 ? ROWS : positionals.map(rowNamed);
  if (markdown !== undefined && rows.length < ROWS.length) throw new UsageError("the page needs all rows");
  return { rows, json, markdown, quick, drainEvents };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: "string" },
        markdown: { type: "string" },
        drain: { type: "string" },
        quick: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function rowNamed(name: string): Row {
  const row = ROWS.find((candidate) => candidate.name === name);
  if (!row) throw new UsageError(`there is no row ${name}`);
  return row;
}
