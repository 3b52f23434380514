import assert from "node:assert/strict";
import { test } from "node:test";
import { type StreamFacts, streamWarnings } from "./stream-facts.ts";

const SOUND: StreamFacts = {
  stream: "S",
  serverVersion: "2.10.4",
  replicas: 3,
  storage: "file",
  retention: "workqueue",
  discard: "new",
  messagesMax: -1,
  messagesPerSubjectMax: -1,
  bytesMax: 1_000_000,
  ageMaxMs: 0,
};
const DAY_MS = 24 * 60 * 60 * 1000;

test("a stream with three replicas that refuses what it has no room for is warned of by nothing", () => {
  assert.deepEqual(streamWarnings(SOUND), []);
  assert.deepEqual(streamWarnings({ ...SOUND, retention: "limits", ageMaxMs: 7 * DAY_MS }), []);
});

test("each setting that loses what was acknowledged has its own sentence", () => {
  const cases: [Partial<StreamFacts>, RegExp][] = [
    [{ replicas: 1 }, /has 1 of 3 replicas/],
    [{ storage: "memory" }, /kept in memory alone/],
    [{ retention: "interest" }, /while no consumer is registered/],
    [{ discard: "old" }, /drops unread events by its max_bytes with discard old/],
    [{ discard: "old", bytesMax: -1, messagesMax: 10 }, /by its max_msgs with discard old/],
    [{ discard: "old", bytesMax: -1, messagesPerSubjectMax: 1 }, /by its max_msgs_per_subject with discard old/],
    [{ ageMaxMs: DAY_MS }, /by its max_age/],
    [{ serverVersion: "2.9.10" }, /only every two minutes/],
  ];
  for (const [facts, sentence] of cases) {
    const warnings = streamWarnings({ ...SOUND, ...facts });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, sentence);
  }
});
