import { test } from "node:test";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { readCorpus, readFinds } from "./engine/corpus.ts";
import { mutated } from "./engine/mutate.ts";
import type { Target } from "./engine/target.ts";
import { judge } from "./engine/verdict.ts";
import { loadTarget, TARGET_NAMES } from "./targets.ts";

const SEED = 1;
/** Of the targets whose executions take long, so that all of them together stay within seconds. */
const SLOW_INPUTS_MAX = 8;
const MUTATIONS_MAX = 120;

/** Finds, what was kept for its coverage, and mutations of that, which the seed decides. */
function inputsOf(target: Target): Uint8Array[] {
  const kept = [...readCorpus(target.name), ...target.seeds()];
  const { inputBytesMax, dictionary = [], batch } = target;
  const material = { random: new SeededRandom(SEED), corpus: kept, dictionary, inputBytesMax };
  const isSlow = batch < 100;
  const fresh = Array.from({ length: isSlow ? SLOW_INPUTS_MAX / 2 : MUTATIONS_MAX }, () => mutated(material));
  return [...readFinds(target.name), ...(isSlow ? kept.slice(0, SLOW_INPUTS_MAX) : kept), ...fresh];
}

for (const name of TARGET_NAMES) {
  test(`${name} takes or refuses what was kept of fuzzing it, and what that leads to`, async () => {
    const target = await loadTarget(name);
    const opened = await target.open();
    try {
      for (const input of inputsOf(target)) {
        const verdict = await judge(target, opened.execute, input);
        if (verdict.kind === "find") {
          throw new Error(`npm run fuzz -- --target ${name} --replay ${toHex(input)}`, { cause: verdict.error });
        }
      }
    } finally {
      await opened.close?.();
    }
  });
}
