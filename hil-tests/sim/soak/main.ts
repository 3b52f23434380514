import { type ChildProcess, fork } from "node:child_process";
import { parseArgs } from "node:util";
import { systemClock } from "../../../protocol/system-clock.ts";
import { Soak } from "./soak.ts";
import type { SeedResult } from "./worker.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    "seed-from": { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
  },
});
const beganMs = systemClock.monotonicMs();
const untilMs = beganMs + Number(values.minutes) * 60_000;
const soak = new Soak();
let seed = Number(values["seed-from"]);

function next(worker: ChildProcess): void {
  if (systemClock.monotonicMs() < untilMs) worker.send({ seed: seed++ });
  else worker.disconnect();
}

const workers = Array.from({ length: Number(values.workers) }, () => fork(new URL("worker.js", import.meta.url)));
const ended = workers.map(
  (worker) =>
    new Promise<number | null>((resolve) => {
      worker.on("message", (result: SeedResult) => {
        soak.add(result);
        if (result.broken) process.stdout.write(`${soak.describe(result)}\n`);
        next(worker);
      });
      worker.on("exit", resolve);
      next(worker);
    }),
);
const codes = await Promise.all(ended);
process.stdout.write(`${soak.report((systemClock.monotonicMs() - beganMs) / 1_000)}\n`);
process.exitCode = soak.failed.length > 0 || codes.some((code) => code !== 0) ? 1 : 0;
