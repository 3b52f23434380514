import assert from "node:assert/strict";
import { test } from "node:test";
import { cliFixture } from "../testing/cli-fixture.ts";

const LOCK = "aaaaaaaaaaaaaaaa";
const OUTBOX = {
  state: "waiting",
  sentence: "The events of one lock wait: backend.example answers 500.",
  waiting: 7,
  setAside: 1,
  disbelieved: 0,
  isStoreShort: true,
  locks: [{ lockId: LOCK, waiting: 7 }],
};
const EVENT = {
  cursor: 12,
  id: `${LOCK}-0-12`,
  lockId: LOCK,
  state: "held",
  why: "backend.example rejects it: why.",
  setAsideAt: "2027-01-07T12:00:00.000Z",
};

test("outbox shows what waits, and why an event was set aside", async (t) => {
  const { portvakt } = cliFixture(t, {
    "GET /v1/outbox": [{ body: OUTBOX }],
    "GET /v1/outbox/set-aside": [{ body: { items: [EVENT] } }],
  });
  assert.deepEqual((await portvakt("outbox")).out, [
    "Delivery:   The events of one lock wait: backend.example answers 500.",
    "Waiting:    7 events of 1 lock",
    "Set aside:  1",
    "Store:      nearly full: the configuration can not be changed",
    `12  ${LOCK}-0-12  backend.example rejects it: why.`,
  ]);
});

test("an event that was set aside is sent once more, or given up", async (t) => {
  const { portvakt } = cliFixture(t, {
    "POST /v1/outbox/set-aside/12/retries": [{ status: 202, body: { ...EVENT, state: "retry" } }],
    "DELETE /v1/outbox/set-aside/12": [{ status: 204 }],
  });
  await portvakt("outbox", "retry", "12");
  const { out } = await portvakt("outbox", "drop", "12");
  assert.deepEqual(out, [`${LOCK}-0-12 is sent once more.`, "Event 12 is given up."]);
});
