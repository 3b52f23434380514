import { pathToFileURL } from "node:url";
import { type CollectedTest, takeCollected } from "../collected-tests.ts";
import type { MeasuredTest, PlannedTest, Reply, Request } from "./messages.ts";
import { installSwitchboard, isExhausted, mutantsReached, recordSwitches, resetSwitches } from "./switchboard.ts";

/** `main.js MUTANTS`: runs tests against files with so many mutants in them, as its parent process asks it over IPC. */
installSwitchboard(Number(process.argv[2]));
const tests: CollectedTest[] = [];
let reachedByImport: readonly number[] = [];
let strayErrors = 0;

process.on("disconnect", () => process.exit());
// What a test leaves behind and fails later counts against the test that runs then.
process.on("unhandledRejection", () => (strayErrors += 1));
process.on("uncaughtException", () => (strayErrors += 1));
process.on("message", async (request: Request) => process.send!(await answer(request)));

async function answer(request: Request): Promise<Reply> {
  switch (request.kind) {
    case "import":
      return { kind: "imported", testsPerFile: await importFiles(request.files, request.mutant) };
    case "measure":
      return { kind: "measured", reachedByImport, tests: await measureAll() };
    case "try":
      return tryMutant(request.mutant, request.tests);
    default:
      return request satisfies never;
  }
}

async function importFiles(files: readonly string[], mutant: number): Promise<number[] | undefined> {
  if (mutant === 0) recordSwitches();
  else resetSwitches(mutant, Number.POSITIVE_INFINITY);
  const counts: number[] = [];
  try {
    for (const file of files) {
      await import(pathToFileURL(file).href);
      const collected = takeCollected();
      tests.push(...collected);
      counts.push(collected.length);
    }
  } catch (error) {
    if (mutant === 0) throw error;
    return undefined;
  }
  reachedByImport = mutantsReached();
  return counts;
}

async function measureAll(): Promise<MeasuredTest[]> {
  const measured: MeasuredTest[] = [];
  for (const test of tests) {
    recordSwitches();
    const before = process.cpuUsage();
    const failed = !(await passes(test));
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1000;
    measured.push({ name: test.name, ms, reached: mutantsReached(), failed });
  }
  // A test that needs another one before it would fail by itself, whatever the mutant.
  resetSwitches(0, Number.POSITIVE_INFINITY);
  const failsBackwards = new Set<CollectedTest>();
  for (const test of tests.toReversed()) if (!(await passes(test))) failsBackwards.add(test);
  return measured.map((test, n) => ({ ...test, failed: test.failed || failsBackwards.has(tests[n]!) }));
}

async function tryMutant(mutant: number, planned: readonly PlannedTest[]): Promise<Reply> {
  for (const { test, passedMax } of planned) {
    resetSwitches(mutant, passedMax);
    if (await passes(tests[test]!)) continue;
    resetSwitches(0, passedMax);
    const outcome = (await passes(tests[test]!)) ? "killed" : "unclear";
    return { kind: "tried", outcome, failed: test };
  }
  return { kind: "tried", outcome: "survived" };
}

async function passes(test: CollectedTest): Promise<boolean> {
  const strayBefore = strayErrors;
  try {
    await test.run();
  } catch {
    return false;
  }
  return strayErrors === strayBefore && !isExhausted();
}
