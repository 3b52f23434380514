import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { type Clock, delay } from "../../../protocol/clock.ts";
import type { Find } from "../engine/campaign.ts";
import type { Job, Outcome } from "./job.ts";
import { SharedState } from "./shared-state.ts";

const IN_MEMORY = "/dev/shm";
const LOOK_EVERY_MS = 500;
/** The machine may be busy with other things, but no execution takes nearly as long. */
const EXECUTION_MS_MAX = 30_000;

export interface Run extends Outcome {
  readonly target: string;
  readonly tookMs: number;
}

/**
 * Has a worker fuzz one target for as long as it may. A worker that hangs is ended, and one that ended of itself has
 * crashed: both are finds of the input that it ran last.
 */
export async function runJob(clock: Clock, request: Omit<Job, "shared">, forMs: number): Promise<Run> {
  const shared = new SharedState();
  const job: Job = { ...request, shared: shared.buffer };
  const beganAtMs = clock.monotonicMs();
  // Where there is a file system in memory: no target is about disks, and their flushes would take most of the time.
  const env = existsSync(IN_MEMORY) ? { ...process.env, TMPDIR: IN_MEMORY } : process.env;
  const worker = new Worker(new URL("./main.js", import.meta.url), { workerData: job, env });
  const watch = new AbortController();
  try {
    const outcome = await Promise.race([
      outcomeOf(worker, shared),
      hang(clock, shared, beganAtMs + forMs, watch.signal),
    ]);
    return { ...outcome, target: job.target, tookMs: clock.monotonicMs() - beganAtMs };
  } finally {
    watch.abort();
    await worker.terminate();
  }
}

function outcomeOf(worker: Worker, shared: SharedState): Promise<Outcome> {
  return new Promise((resolve) => {
    worker.once("message", resolve);
    worker.once("error", (error) => resolve(fatal(shared, "crash", error.stack ?? String(error))));
  });
}

/** Stops the worker when its time is over; resolves if it does not run on. */
async function hang(clock: Clock, shared: SharedState, untilMs: number, signal: AbortSignal): Promise<Outcome> {
  let [executions, movedAtMs] = [0, clock.monotonicMs()];
  for (;;) {
    await delay(clock, LOOK_EVERY_MS, signal);
    const nowMs = clock.monotonicMs();
    if (nowMs >= untilMs) shared.stop();
    if (shared.executions !== executions) [executions, movedAtMs] = [shared.executions, nowMs];
    else if (nowMs - movedAtMs > EXECUTION_MS_MAX) {
      return fatal(shared, "hang", `not done after ${EXECUTION_MS_MAX} ms`);
    }
  }
}

/** All that is known of a worker that can no longer tell. */
function fatal(shared: SharedState, signature: string, detail: string): Outcome {
  const find: Find = { input: shared.input, signature, detail };
  return { executions: shared.executions, refused: 0, blocks: { seeds: 0, found: 0 }, corpus: [], finds: [find] };
}
