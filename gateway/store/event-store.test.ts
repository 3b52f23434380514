import assert from "node:assert/strict";
import { test } from "node:test";
import { EventStore } from "./event-store.ts";
import { temporaryDatabase } from "./testing/temporary-database.ts";

const A = "aaaaaaaaaaaaaaaa";
const B = "bbbbbbbbbbbbbbbb";

function record(seq: number, lockId = A, generation = 0) {
  const payload = new Uint8Array(48).fill(seq);
  return { lockId, generation, seq, kind: "record" as const, payload, receivedAtMs: 1000 + seq };
}

function head(seq: number, document = 1) {
  return { ...record(seq), kind: "head" as const, payload: new Uint8Array(100).fill(document) };
}

test("events come out in the order in which they came in, after a cursor", async (t) => {
  const store = new EventStore(temporaryDatabase(t));
  await store.append([record(1), record(1, B), record(2)]);
  const all = store.after(0, 10);
  assert.deepEqual(
    all.map(({ cursor: _, ...event }) => event),
    [record(1), record(1, B), record(2)],
  );
  assert.deepEqual(store.after(all[0]!.cursor, 1), [all[1]]);
  assert.deepEqual(store.afterForLock(A, 0, 10), [all[0], all[2]]);
  assert.deepEqual(store.record(A, 0, 2), record(2).payload);
});

test("the position is that of the newest generation's last record", async (t) => {
  const store = new EventStore(temporaryDatabase(t));
  assert.equal(store.position(A), undefined);
  await store.append([record(1), record(2), head(2)]);
  assert.deepEqual(store.position(A), { generation: 0, seq: 2, head: new Uint8Array(16).fill(2) });
  await store.append([record(1, A, 1)]);
  assert.deepEqual(store.position(A), { generation: 1, seq: 1, head: new Uint8Array(16).fill(1) });
  assert.equal(store.positionIn(A, 0)?.seq, 2);
});

test("an event that is there already is left alone, cursor and all", async (t) => {
  const store = new EventStore(temporaryDatabase(t));
  await store.append([record(1), head(1, 1)]);
  const before = store.after(0, 10);
  await store.append([record(1), head(1, 2)]);
  assert.deepEqual(store.after(0, 10), before);
});

test("a record with two contents is our mistake, and nothing of it is stored", async (t) => {
  const store = new EventStore(temporaryDatabase(t));
  await store.append([record(1)]);
  const forged = { ...record(1), payload: new Uint8Array(48).fill(99) };
  await assert.rejects(store.append([record(2), forged]), { name: "AssertionError" });
  assert.equal(store.position(A)?.seq, 1);
});

test("what a lock has accepted a receipt for never goes back, and is no position of its own", async (t) => {
  const store = new EventStore(temporaryDatabase(t));
  assert.equal(store.ackedThrough(A, 0), 0);
  await store.setAckedThrough(A, 0, 5);
  await store.setAckedThrough(A, 0, 3);
  assert.equal(store.ackedThrough(A, 0), 5);
  assert.equal(store.position(A), undefined);
});
