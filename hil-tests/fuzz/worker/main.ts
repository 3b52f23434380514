import assert from "node:assert/strict";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import { Campaign, type Find } from "../engine/campaign.ts";
import { readCorpus, readFinds } from "../engine/corpus.ts";
import { Coverage } from "../engine/coverage.ts";
import { RETAINED_BYTES_MAX } from "../engine/target.ts";
import { loadTarget } from "../targets.ts";
import type { Job, Outcome } from "./job.ts";
import { SharedState } from "./shared-state.ts";

// One campaign in a thread of its own: a new isolate's counters all begin at nothing, and one that hangs can be ended.

const PROJECT = new URL("../../../", import.meta.url).href;
const FUZZER = new URL("../", import.meta.url).href;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const job = workerData as Job;
const shared = new SharedState(job.shared);
const coverage = new Coverage((url) => url.startsWith(PROJECT) && !url.startsWith(FUZZER));
// Before the target's code is loaded, or it would have no blocks.
coverage.start();

const target = await loadTarget(job.target);
const campaign = new Campaign({
  target,
  seed: job.seed,
  kept: [...readCorpus(job.target), ...readFinds(job.target)],
  takeCoverage: () => coverage.take(),
  running: (input) => shared.running(input),
});
await campaign.begin();
const heldBefore = heldBytes();
while (!shared.isStopped && !campaign.isOver && campaign.executions < job.executionsMax) await campaign.runBatch();
const held = heldBytes() - heldBefore;
await campaign.end();
coverage.stop();

const { executions, refused, blocks, corpus } = campaign;
assert(parentPort, "this file is a worker's");
parentPort.postMessage({
  executions,
  refused,
  blocks,
  corpus,
  finds: [...campaign.finds, ...growth(held)],
} satisfies Outcome);

function heldBytes(): number {
  collectGarbage();
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

function growth(bytes: number): Find[] {
  if (bytes <= RETAINED_BYTES_MAX) return [];
  const detail = `${bytes} bytes are held after ${executions} executions`;
  return [{ input: new Uint8Array(0), signature: "memory grows", detail }];
}
