import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_SLOT } from "../../protocol/log/record.ts";
import { RefusalLimits } from "./refusal-limits.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

test("ten a minute are records; the next one tells how many were not", () => {
  const limits = new RefusalLimits();
  const kinds = Array.from({ length: 13 }, (_, i) => limits.note(0, false, i).kind);
  assert.equal(kinds.filter((kind) => kind === "record").length, 10);
  assert.deepEqual(limits.note(0, false, MINUTE_MS), { kind: "record", unrecorded: 3 });
});

test("after a hundred in a day there is one an hour, until a day has passed", () => {
  const limits = new RefusalLimits();
  let nowMs = 0;
  for (let i = 0; i < 100; i++, nowMs += 7000) assert.equal(limits.note(1, false, nowMs).kind, "record");
  const lastMs = nowMs - 7000;
  assert.equal(limits.note(1, false, lastMs + HOUR_MS - 1).kind, "counted");
  assert.deepEqual(limits.note(1, false, lastMs + HOUR_MS), { kind: "record", unrecorded: 1 });
  assert.equal(limits.note(1, false, lastMs + HOUR_MS + MINUTE_MS).kind, "counted");
  assert.equal(limits.note(1, false, lastMs + DAY_MS).kind, "record");
  assert.equal(limits.note(1, false, lastMs + DAY_MS + 1).kind, "record");
});

test("slots do not count against each other, nor strangers against gateways", () => {
  const limits = new RefusalLimits();
  for (let i = 0; i < 20; i++) limits.note(0, false, i);
  assert.equal(limits.note(1, false, 20).kind, "record");
  assert.equal(limits.note(NO_SLOT, false, 20).kind, "record");
});

test("strangers get one record a minute, within the hundred of all who are no gateway", () => {
  const limits = new RefusalLimits();
  assert.equal(limits.note(NO_SLOT, true, 0).kind, "record");
  assert.equal(limits.note(NO_SLOT, true, MINUTE_MS - 1).kind, "counted");
  assert.equal(limits.note(NO_SLOT, false, MINUTE_MS - 1).kind, "record");
  assert.equal(limits.note(NO_SLOT, true, MINUTE_MS).kind, "record");
});
