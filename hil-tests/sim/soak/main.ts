import { type ChildProcess, fork } from "node:child_process";
import { parseArgs } from "node:util";
import { systemClock } from "../../../protocol/system-clock.ts";
import { Soak } from "./soak.ts";
import type { SeedResult, SeedToRun } from "./worker.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    "seed-from": { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
  },
});
const beganMs = systemClock.monotonicMs();
const soak = new Soak();
const workers = Array.from({ length: Number(values.workers) }, () => fork(new URL("worker.js", import.meta.url)));
let seed = Number(values["seed-from"]);
let isTimeOver = false;

/** A seed that is not done by then does not count; one is waited for in any case. */
function endIfDue(): void {
  if (!isTimeOver || soak.seeds === 0) return;
  for (const worker of workers) if (worker.connected) worker.disconnect();
}

function take(worker: ChildProcess, result: SeedResult): void {
  soak.add(result);
  if (result.broken) process.stdout.write(`${soak.describe(result)}\n`);
  if (isTimeOver) endIfDue();
  else worker.send({ seed: seed++ } satisfies SeedToRun);
}

const ended = workers.map(
  (worker) =>
    new Promise<number | null>((resolve) => {
      worker.on("message", (result: SeedResult) => take(worker, result));
      worker.on("exit", resolve);
      worker.send({ seed: seed++ } satisfies SeedToRun);
    }),
);
const deadline = systemClock.schedule(Number(values.minutes) * 60_000, () => {
  isTimeOver = true;
  endIfDue();
});
const codes = await Promise.all(ended);
deadline.cancel();
process.stdout.write(`${soak.report((systemClock.monotonicMs() - beganMs) / 1_000)}\n`);
process.exitCode = soak.failed.length > 0 || codes.some((code) => code !== 0) ? 1 : 0;
