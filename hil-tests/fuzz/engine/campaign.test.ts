import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { Campaign } from "./campaign.ts";
import { Coverage } from "./coverage.ts";

const BATCHES_MAX = 4_000;

const coverage = new Coverage((url) => /\/planted\.[jt]s$/.test(url));
coverage.start();
// Now, so that its blocks are counted.
const { planted } = await import("./testing/planted.ts");

async function campaignOf(seed: number): Promise<Campaign> {
  const campaign = new Campaign({ target: planted, seed, kept: [], takeCoverage: () => coverage.take() });
  await campaign.begin();
  for (let batches = 0; batches < BATCHES_MAX && campaign.finds.length === 0; batches++) await campaign.runBatch();
  await campaign.end();
  return campaign;
}

test("coverage leads to a fault behind four bytes, and the find is as small as can be", async () => {
  const { finds, corpus } = await campaignOf(1);
  assert.equal(toHex(finds[0]?.input ?? new Uint8Array(0)), "4c4b3121");
  assert.match(finds[0]!.signature, /^TypeError: planted/);
  assert(corpus.length >= 3, "the way there was kept step by step");
});

test("the same seed does the same", async () => {
  const [one, other] = [await campaignOf(7), await campaignOf(7)];
  assert.equal(one.executions, other.executions);
  assert.deepEqual(one.corpus, other.corpus);
});
