import assert from "node:assert/strict";
import { test } from "node:test";
import { relativeTime, table } from "./text.ts";

test("columns are as wide as their widest cell, and lines end without blanks", () => {
  assert.deepEqual(table(["A", "LONG", "C"], [["wide one", "x", ""]]), ["A         LONG  C", "wide one  x"]);
});

test("times are told as people do", () => {
  const now = Date.UTC(2027, 0, 7);
  const ago = (ms: number) => relativeTime(new Date(now - ms).toISOString(), now);
  assert.equal(ago(0), "just now");
  assert.equal(ago(1_999), "just now");
  assert.equal(ago(2_000), "2 s ago");
  assert.equal(ago(119_999), "119 s ago");
  assert.equal(ago(120_000), "2 min ago");
  assert.equal(ago(7_200_000), "2 h ago");
  assert.equal(ago(172_800_000), "2 days ago");
  assert.equal(ago(-7_200_000), "in 2 h");
  assert.equal(ago(-90 * 86_400_000 + 1_000), "in 90 days");
});
