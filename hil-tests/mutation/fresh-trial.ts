import { join } from "node:path";
import { type Bench, IMPORT_TIMEOUT_MS } from "./bench.ts";
import { affordable, distance, plan, tryTimeoutMs } from "./coverage.ts";
import { RunnerProcess } from "./runner-process.ts";
import type { Verdict } from "./verdict.ts";

/** A module's constants are made when it is loaded, so the mutant has to be on by then, in a process of its own. */
export async function tryFromTheStart(bench: Bench, mutant: number, script: string): Promise<Verdict> {
  const { clock, dist, mutants, testFiles, loaded, tests, testBudgetMs } = bench;
  const files = testFiles
    .filter((file) => loaded.get(file)?.has(script))
    .toSorted((a, b) => distance(a, script) - distance(b, script) || nearness(loaded, a) - nearness(loaded, b));
  if (files.length === 0) return "uncovered";
  const runner = new RunnerProcess(clock, mutants);
  let before = 0;
  let leftMs = testBudgetMs;
  try {
    for (const file of files) {
      if (leftMs <= 0) break;
      const request = { kind: "import", files: [join(dist, file)], mutant } as const;
      const imported = await runner.ask("imported", request, IMPORT_TIMEOUT_MS);
      if (!imported?.testsPerFile) return "killed";
      const all = tests.filter((test) => test.file === file);
      const own = affordable(all, leftMs);
      leftMs -= own.reduce((sum, { ms }) => sum + ms, 0);
      const planned = own.map((test) => ({ ...plan(test), test: before + all.indexOf(test) }));
      before += all.length;
      const tried = { kind: "try", mutant, tests: planned } as const;
      const reply = await runner.ask("tried", tried, tryTimeoutMs(own));
      if (reply?.outcome !== "survived") return "killed";
    }
    return "survived";
  } finally {
    runner.end();
  }
}

/** The fewer modules are loaded with a test file, the more it has to do with each of them. */
function nearness(loaded: ReadonlyMap<string, ReadonlySet<string>>, file: string): number {
  return loaded.get(file)?.size ?? 0;
}
