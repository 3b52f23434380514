import assert from "node:assert/strict";
import { test } from "node:test";
import type { Log } from "../../log.ts";
import { Refusals } from "./refusals.ts";

test("refusals are counted by name, and a flood of them does not fill the log", () => {
  let lines = 0;
  const log: Log = { debug() {}, info() {}, warn: () => lines++, error() {}, child: () => log };
  const refusals = new Refusals(log);
  for (let i = 0; i < 2000; i++) refusals.note("malformed", "t");
  refusals.note("retained", "t");
  assert.deepEqual(
    [...refusals.counts],
    [
      ["malformed", 2000],
      ["retained", 1],
    ],
  );
  assert.equal(lines, 5);
});
