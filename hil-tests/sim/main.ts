import { createWriteStream, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { deterministicSuite } from "../../crypto/testing/deterministic-suite.ts";
import { systemClock } from "../../protocol/system-clock.ts";
import { drawPlan } from "./plan.ts";
import { reportOf } from "./report.ts";
import { runWorld } from "./run-world.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    hours: { type: "string" },
    locks: { type: "string" },
    trace: { type: "string" },
  },
});
const trace = values.trace === undefined ? undefined : createWriteStream(values.trace);
const beganMs = systemClock.monotonicMs();
const result = await runWorld({
  plan: drawPlan({
    seed: Number(values.seed),
    ...(values.hours !== undefined && { hours: Number(values.hours) }),
    ...(values.locks !== undefined && { locks: Number(values.locks) }),
  }),
  suites: { gateway: deterministicSuite, firmware: deterministicSuite },
  folder: existsSync("/dev/shm") ? "/dev/shm" : tmpdir(),
  ...(trace && { keep: (line: string) => void trace.write(`${line}\n`) }),
});
trace?.end();
process.stdout.write(`${reportOf(result, (systemClock.monotonicMs() - beganMs) / 1_000)}\n`);
process.exitCode = result.broken ? 1 : 0;
