import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../protocol/system-clock.ts";
import { systemRandom } from "../../protocol/system-random.ts";
import { FULL, QUICK } from "./effort.ts";
import { json } from "./json.ts";
import { describeMachine } from "./machine.ts";
import { markdown } from "./markdown.ts";
import { type Options, readOptions, USAGE, UsageError } from "./options.ts";
import type { MeasuredRow, Result } from "./result.ts";
import { textTable } from "./text-table.ts";

/** Build output: on the project's disk, and not in its history. */
const DIST = fileURLToPath(new URL("dist", import.meta.resolve("#package")));

try {
  const options = readOptions(process.argv.slice(2));
  write(options, await run(options));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

async function run({ rows, quick, drainEvents }: Options): Promise<Result> {
  const atMs = systemClock.wallMs();
  const measured: MeasuredRow[] = [];
  const basis = quick ? QUICK : FULL;
  const effort = { ...basis, drainEvents: drainEvents ?? basis.drainEvents };
  for (const row of rows) {
    process.stderr.write(`measuring ${row.name}…\n`);
    mkdirSync(DIST, { recursive: true });
    const directory = mkdtempSync(join(DIST, "bench-"));
    try {
      const bench = { clock: systemClock, random: systemRandom, effort, directory };
      measured.push({ row, figures: await row.measure(bench) });
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
  return { machine: describeMachine(), atMs, rows: measured };
}

function write({ json: jsonFile = join(DIST, "bench.json"), markdown: page }: Options, result: Result): void {
  process.stdout.write(textTable(result));
  mkdirSync(dirname(jsonFile), { recursive: true });
  writeFileSync(jsonFile, json(result));
  if (page !== undefined) writeFileSync(page, markdown(result));
}
