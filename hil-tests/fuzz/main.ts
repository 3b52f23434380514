import { systemClock } from "../../protocol/system-clock.ts";
import { addFind, writeCorpus } from "./engine/corpus.ts";
import { type Options, readOptions, USAGE, UsageError } from "./options.ts";
import { replay, replayInput } from "./replay.ts";
import { findText, headingLine, runLine } from "./report.ts";
import { loadTarget } from "./targets.ts";
import { type Run, runJob } from "./worker/run-job.ts";

/** `fuzz`: gives every target its share of the time, and tells what came of each. Ends with 1 if there was a find. */
try {
  const options = readOptions(process.argv.slice(2));
  process.exitCode = options.replay === undefined ? await fuzz(options) : await show(options, options.replay);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

async function fuzz(options: Options): Promise<number> {
  const { seed, seconds, executionsMax, keep } = options;
  const workers = Math.min(options.workers, options.targets.length);
  const forMs = (seconds * 1000 * workers) / options.targets.length;
  const waiting = [...options.targets];
  const runs: Run[] = [];
  print(`seed ${seed}, ${seconds} s, ${workers} workers\n${headingLine()}`);
  const work = async (): Promise<void> => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      const run = await runJob(systemClock, { target, seed, executionsMax }, forMs);
      runs.push(run);
      print(runLine(run));
      for (const find of run.finds) print(findText(target, find));
      if (keep) keepInputs(run);
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const executions = runs.reduce((sum, run) => sum + run.executions, 0);
  const finds = runs.reduce((sum, run) => sum + run.finds.length, 0);
  print(`${executions} executions, ${finds} finds`);
  return finds === 0 ? 0 : 1;
}

/** A worker that was ended has no corpus to tell of. */
function keepInputs({ target, corpus, finds }: Run): void {
  if (corpus.length > 0) writeCorpus(target, corpus);
  for (const { input } of finds) addFind(target, input);
}

async function show({ targets: [name = ""] }: Options, hexOrFile: string): Promise<number> {
  const verdict = await replay(await loadTarget(name), replayInput(hexOrFile));
  print(
    verdict.kind === "find"
      ? `find: ${verdict.error instanceof Error ? verdict.error.stack : verdict.error}`
      : verdict.kind,
  );
  return verdict.kind === "find" ? 1 : 0;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
