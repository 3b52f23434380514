import assert from "node:assert/strict";
import { test } from "node:test";
import { BlockMap } from "./block-map.ts";

function mapOf(...ranges: [start: number, end: number, hasRun: boolean][]): BlockMap {
  const map = new BlockMap();
  for (const [start, end, hasRun] of ranges) map.paint("a.js", start, end, hasRun);
  return map;
}

test("a block inside one that ran may not have run, and is new when it does", () => {
  const seen = mapOf([0, 100, true], [20, 30, false], [60, 70, false]);
  assert.equal(seen.novelty(mapOf([0, 100, true], [20, 30, false], [60, 70, false])), 0);
  assert.equal(seen.novelty(mapOf([0, 100, true], [60, 70, false])), 1);
  assert.equal(seen.novelty(mapOf([0, 100, true])), 2);
});

test("what has been seen stays seen", () => {
  const seen = mapOf([0, 10, true]);
  seen.add(mapOf([0, 10, false], [300, 320, true]));
  assert.equal(seen.novelty(mapOf([0, 10, true], [300, 320, true])), 0);
  assert.equal(seen.novelty(mapOf([0, 11, true])), 1);
});
