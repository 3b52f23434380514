import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { LOCK_A } from "../../testing/grants-fixture.ts";
import { apiFixture } from "../testing/api-fixture.ts";

async function setUp(t: TestContext) {
  const fixture = await apiFixture(t);
  const { events, setAside } = fixture;
  const record = (seq: number) => ({
    lockId: LOCK_A,
    generation: 0,
    seq,
    kind: "record" as const,
    payload: new Uint8Array(48).fill(seq),
    receivedAtMs: 0,
  });
  await events.append([record(1), record(2), record(3)]);
  for (const row of events.after(0, 2)) await setAside.put(row, "The backend rejects it: why.", 1_000);
  return fixture;
}

test("what waits and what was refused is told to whoever asks", async (t) => {
  const { ask } = await setUp(t);
  const { body } = await ask("GET", "/v1/outbox");
  assert.deepEqual(body, {
    state: "none",
    sentence: "There is no uplink.",
    waiting: 3,
    setAside: 2,
    disbelieved: 0,
    isStoreShort: false,
    locks: [{ lockId: LOCK_A, waiting: 3 }],
  });
  const first = await ask("GET", "/v1/outbox/set-aside?limit=1");
  assert.deepEqual(first.body.items, [
    {
      cursor: 1,
      id: `${LOCK_A}-0-1`,
      lockId: LOCK_A,
      state: "held",
      why: "The backend rejects it: why.",
      setAsideAt: "1970-01-01T00:00:01.000Z",
    },
  ]);
  const second = await ask("GET", `/v1/outbox/set-aside?after=${first.body.next}`);
  assert.deepEqual([second.body.items.length, second.body.next], [1, undefined]);
});

test("a person has an event sent once more, or gives it up", async (t) => {
  const { ask, setAside } = await setUp(t);
  const retried = await ask("POST", "/v1/outbox/set-aside/1/retries");
  assert.deepEqual([retried.status, retried.body.state], [202, "retry"]);
  assert.equal(setAside.toRetry(LOCK_A)?.cursor, 1);
  for (const status of [204, 404]) assert.equal((await ask("DELETE", "/v1/outbox/set-aside/2")).status, status);
  assert.equal(setAside.count(), 1);
  assert.equal((await ask("POST", "/v1/outbox/set-aside/3/retries")).body.code, "unknown-event");
});

test("where room is short nothing new is written, but doors open and rights are taken away", async (t) => {
  const { ask, room } = await setUp(t);
  room.isShort = true;
  const refused = await ask("PUT", "/v1/holidays", { dates: [] });
  assert.deepEqual([refused.status, refused.body.code], [507, "store-short"]);
  assert.equal((await ask("POST", "/v1/pairings", {})).status, 507);
  assert.equal((await ask("POST", `/v1/locks/${LOCK_A}/actions`, { action: "unlock" })).status, 200);
  assert.notEqual((await ask("DELETE", "/v1/grants/0000000000000001")).status, 507);
  assert.equal((await ask("POST", "/v1/outbox/set-aside/1/retries")).status, 202);
});
