import { join } from "node:path";
import type { Clock } from "../../protocol/clock.ts";
import { withPatchedBuild } from "../patched-build/patched-build.ts";
import { type Bench, measure } from "./bench.ts";
import { instrument } from "./instrument.ts";
import type { Mutant, MutatedScript } from "./mutant.ts";
import { collecting, loadedWith, testFilesIn } from "./test-files.ts";
import { Trial } from "./trial.ts";
import type { Tried } from "./verdict.ts";

interface Work {
  readonly clock: Clock;
  /** The project's folder, compiled. */
  readonly root: string;
  /** All that have a mutant among the chosen, and perhaps others. */
  readonly scripts: readonly MutatedScript[];
  /** Whose tests are run, from dist/. */
  readonly testFolders: readonly string[];
  readonly chosen: readonly Mutant[];
  readonly workers: number;
  readonly testBudgetMs: number;
  /** Called with each as soon as it has been tried. */
  readonly onTried: (tried: Tried) => void;
}

/** Tries the chosen mutants, and tells what became of them in their order. */
export async function tryAll(work: Work): Promise<Tried[]> {
  const { clock, root, scripts, testFolders, chosen, workers, testBudgetMs, onTried } = work;
  const testFiles = testFilesIn(join(root, "dist"), testFolders);
  const loaded = loadedWith(join(root, "dist"), testFiles);
  const patches = [
    ...scripts.map((script) => ({ file: script.script, text: instrument(script) })),
    ...testFiles.map(collecting),
  ];
  return withPatchedBuild(root, patches, async (folder) => {
    const mutants = scripts.reduce((sum, script) => sum + script.mutants.length, 0);
    const bench = await measure({ clock, dist: join(folder, "dist"), mutants, testFiles, loaded, testBudgetMs });
    const left = [...chosen];
    const tried: Tried[] = [];
    await Promise.all(
      Array.from({ length: workers }, () =>
        workOff(bench, left, (one) => {
          tried.push(one);
          onTried(one);
        }),
      ),
    );
    return tried.toSorted((a, b) => a.mutant.id - b.mutant.id);
  });
}

async function workOff(bench: Bench, left: Mutant[], onTried: (tried: Tried) => void): Promise<void> {
  const trial = new Trial(bench);
  try {
    for (let mutant = left.shift(); mutant; mutant = left.shift()) {
      onTried({ mutant, verdict: await trial.try(mutant) });
    }
  } finally {
    trial.close();
  }
}
