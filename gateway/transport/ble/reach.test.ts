import assert from "node:assert/strict";
import { test } from "node:test";
import { describeReach } from "./reach.ts";

const near = { rssi: -60, retries: 0, tookMs: 400 };
const heard = { isConnected: false, isHeard: true, silentMs: 500, reached: near };

test("a lock that is near and quick needs no words", () => {
  assert.equal(describeReach(heard), undefined);
  assert.equal(describeReach({ ...heard, reached: undefined }), undefined);
});

test("a weak signal, retries and a long wait are told", () => {
  const reached = { rssi: -91, retries: 3, tookMs: 4_260 };
  assert.equal(describeReach({ ...heard, reached }), "It took 4.3 s to connect, weak signal: −91 dBm, 3 retries.");
  assert.equal(describeReach({ ...heard, reached: { ...near, rssi: -91 } }), "Weak signal: −91 dBm.");
  assert.equal(describeReach({ ...heard, reached: { ...near, retries: 1 } }), "Signal: −60 dBm, 1 retry.");
});

test("a lock that is silent is told since when, unless it is connected and must be", () => {
  const silent = { ...heard, silentMs: 600_000 };
  assert.equal(describeReach(silent), "Not seen for 10 min.");
  assert.equal(describeReach({ ...silent, silentMs: 70_000 }), "Not seen for 70 s.");
  assert.equal(describeReach({ ...silent, silentMs: 3 * 3_600_000 }), "Not seen for 3 h.");
  assert.equal(describeReach({ ...silent, isHeard: false }), "Not seen since the start.");
  assert.equal(describeReach({ ...silent, isConnected: true }), undefined);
});
