import assert from "node:assert/strict";
import { test } from "node:test";
import { cliFixture, problem } from "../testing/cli-fixture.ts";

const LOCK = "aaaaaaaaaaaaaaaa";
const ACTIONS = `POST /v1/locks/${LOCK}/actions`;

test("done is said when the lock has done it, in the words of the order", async (t) => {
  for (const [action, sentence] of [
    ["unlock", "is unlocked"],
    ["lock", "is locked"],
    ["hold", "is held open"],
    ["end-hold", "is no longer held open"],
  ] as const) {
    const { portvakt, requests } = cliFixture(t, {
      [ACTIONS]: [{ body: { outcome: "done", bolt: "drawn", seq: 12 } }],
    });
    const { exitCode, out } = await portvakt(action, LOCK.toUpperCase());
    assert.deepEqual([exitCode, out], [0, [`Lock ${LOCK} ${sentence} (event 12).`]]);
    assert.deepEqual(requests[0]?.body, { action });
  }
});

test("each way of not doing it has its exit code", async (t) => {
  for (const [code, exit] of [
    ["lock-refused", 4],
    ["lock-unreachable", 5],
    ["outcome-unknown", 6],
    ["request-interrupted", 6],
    ["unknown-lock", 1],
    ["forbidden", 1],
  ] as const) {
    const { portvakt } = cliFixture(t, { [ACTIONS]: [problem(400, code, "Why.")] });
    const { exitCode, out, err } = await portvakt("unlock", LOCK);
    assert.deepEqual([exitCode, out, err], [exit, [], ["error: Why."]]);
  }
});
