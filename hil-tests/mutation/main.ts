import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../protocol/system-clock.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { draw } from "./draw.ts";
import { type Equivalent, equivalence } from "./equivalent.ts";
import { listMutants, PARTS } from "./list-mutants.ts";
import { type Options, readOptions, USAGE, UsageError } from "./options.ts";
import { describeMutant, scoreTable } from "./report.ts";
import { tryAll } from "./try-all.ts";
import type { Tried } from "./verdict.ts";

/** Lies beside the source. */
const EQUIVALENT = "hil-tests/mutation/equivalent.json";
const ROOT = fileURLToPath(new URL(".", import.meta.resolve("#package")));

try {
  await run(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

async function run(options: Options): Promise<void> {
  const { parts, file, sample, seed, list } = options;
  const folders = parts.map((part) => PARTS[part]);
  const scripts = listMutants(join(ROOT, "dist"), folders);
  const isEquivalent = equivalence(ROOT, JSON.parse(readFileSync(join(ROOT, EQUIVALENT), "utf8")) as Equivalent[]);
  const all = scripts.flatMap(({ mutants }) => mutants).filter((mutant) => mutant.file.includes(file));
  const candidates = all.filter((mutant) => !isEquivalent(mutant));
  const chosen = sample === undefined ? candidates : draw(new SeededRandom(seed), candidates, sample);
  if (list) {
    process.stdout.write(chosen.map((mutant) => `${describeMutant(mutant)}\n`).join(""));
    return;
  }
  const beginMs = systemClock.monotonicMs();
  const onTried = ({ mutant, verdict }: Tried) => {
    if (verdict !== "killed") process.stdout.write(`${verdict.padEnd(9)} ${describeMutant(mutant)}\n`);
  };
  const testFolders = Object.values(PARTS);
  const { workers, testBudgetMs } = options;
  const work = { clock: systemClock, root: ROOT, scripts, testFolders, chosen, workers, testBudgetMs, onTried };
  const tried = await tryAll(work);
  process.stdout.write(scoreTable(tried));
  const ms = (systemClock.monotonicMs() - beginMs) / chosen.length;
  process.stdout.write(
    `${all.length - candidates.length} equivalent mutants left out; ${ms.toFixed(1)} ms per mutant\n`,
  );
}
