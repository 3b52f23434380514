import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { deterministicSuite } from "../../../crypto/testing/deterministic-suite.ts";
import { drawPlan } from "../plan.ts";
import { type RunResult, runWorld } from "../run-world.ts";

/** What the soak asks of a worker. */
export interface SeedToRun {
  seed: number;
}

/** What a worker answers; a plan has no place in a message. */
export type SeedResult = Pick<RunResult, "lockHours" | "coverage" | "broken" | "traceHash"> &
  SeedToRun & { cpuSeconds: number };

// What a gateway throws is hardly ever looked at, and a stack costs more than what went wrong.
Error.stackTraceLimit = 0;
// The soak is over, perhaps in the middle of a seed.
process.on("disconnect", () => process.exit());
process.on("message", (message: SeedToRun) => void run(message));

async function run({ seed }: SeedToRun): Promise<void> {
  const before = process.cpuUsage();
  const { lockHours, coverage, broken, traceHash } = await runWorld({
    plan: drawPlan({ seed }),
    suites: { gateway: deterministicSuite, firmware: deterministicSuite },
    folder: existsSync("/dev/shm") ? "/dev/shm" : tmpdir(),
  });
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = (user + system) / 1_000_000;
  process.send?.({ seed, lockHours, cpuSeconds, coverage, broken, traceHash } satisfies SeedResult);
}
