import assert from "node:assert/strict";
import { test } from "node:test";
import { StagingWear } from "./staging-wear.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

test("the staging copy is replaced a hundred times at once, then once in ten minutes", () => {
  const wear = new StagingWear();
  const replacements = Array.from({ length: 200 }, () => wear.take(0)).filter((may) => may);
  assert.equal(replacements.length, 100);
  assert.equal(wear.take(10 * MINUTE_MS - 1), false);
  assert.equal(wear.take(10 * MINUTE_MS), true);
  assert.equal(wear.take(10 * MINUTE_MS), false);
});

test("a quiet time is not saved up beyond a hundred", () => {
  const wear = new StagingWear();
  assert.equal(wear.take(0), true);
  const replacements = Array.from({ length: 200 }, () => wear.take(30 * DAY_MS)).filter((may) => may);
  assert.equal(replacements.length, 100);
});

test("in thirty days a thief costs a block less than half of the erases that it stands", () => {
  const wear = new StagingWear();
  let replaced = 0;
  for (let atMs = 0; atMs < 30 * DAY_MS; atMs += MINUTE_MS) if (wear.take(atMs)) replaced++;
  assert(replaced < 5_000, `${replaced}`);
});
