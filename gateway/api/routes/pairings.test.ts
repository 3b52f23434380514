import assert from "node:assert/strict";
import { test } from "node:test";
import type { PairingRow } from "../../store/pairing-store.ts";
import { LOCK_A } from "../../testing/grants-fixture.ts";
import { RequestRefused } from "../services.ts";
import { apiFixture } from "../testing/api-fixture.ts";

const REQUEST = { label: "LK1:…", via: "tcp://127.0.0.1:7001" };
const ROW: PairingRow = {
  id: "0000000000000001",
  via: REQUEST.via,
  lockId: LOCK_A,
  state: "running",
  step: "exchanging keys",
  createdAtMs: Date.UTC(2027, 0, 7),
};

test("a pairing is under way when it is answered, and can be asked after", async (t) => {
  const { ask, played, pairingRows } = await apiFixture(t);
  played.startPairing = async () => ROW;
  const started = await ask("POST", "/v1/pairings", REQUEST);
  assert.equal(started.status, 202);
  assert.equal(started.headers.location, `/v1/pairings/${ROW.id}`);
  assert.equal(started.body.step, "exchanging keys");
  assert.deepEqual(played.asked, [REQUEST]);
  await pairingRows.put({ ...ROW, state: "failed", error: "The lock does not answer." });
  const { status, body } = await ask("GET", `/v1/pairings/${ROW.id}`);
  assert.equal(status, 200);
  assert.deepEqual(body, {
    id: ROW.id,
    lockId: LOCK_A,
    via: REQUEST.via,
    state: "failed",
    step: "exchanging keys",
    error: "The lock does not answer.",
    createdAt: "2027-01-07T00:00:00.000Z",
  });
});

test("what the pairing refuses before it begins is a problem with its code", async (t) => {
  const { ask, played } = await apiFixture(t);
  for (const [code, status, field] of [
    ["label-invalid", 422, "label"],
    ["via-invalid", 422, "via"],
    ["pairing-running", 409, undefined],
  ] as const) {
    played.startPairing = async () => {
      throw new RequestRefused(code, "Why.", field);
    };
    const answer = await ask("POST", "/v1/pairings", REQUEST);
    assert.equal(answer.status, status);
    assert.deepEqual([answer.body.code, answer.body.detail, answer.body.field], [code, "Why.", field]);
  }
});

test("a pairing that nobody asked for is not found", async (t) => {
  const { ask } = await apiFixture(t);
  const { status, body } = await ask("GET", "/v1/pairings/0000000000000009");
  assert.deepEqual([status, body.code], [404, "unknown-pairing"]);
});
