import assert from "node:assert/strict";
import { test } from "node:test";
import { type PairingRow, PairingStore } from "./pairing-store.ts";
import { temporaryDatabase } from "./testing/temporary-database.ts";

const RUNNING: PairingRow = {
  id: "0000000000000001",
  via: "tcp://127.0.0.1:7001",
  lockId: "aaaaaaaaaaaaaaaa",
  state: "running",
  step: "connecting",
  createdAtMs: 1000,
};

test("a pairing is found as it was put last", async (t) => {
  const store = new PairingStore(temporaryDatabase(t));
  await store.put(RUNNING);
  assert.deepEqual(store.get(RUNNING.id), RUNNING);
  assert.deepEqual(store.running(), [RUNNING]);
  const failed: PairingRow = { ...RUNNING, state: "failed", error: "the lock does not answer" };
  await store.put(failed);
  assert.deepEqual(store.get(RUNNING.id), failed);
  assert.deepEqual(store.running(), []);
});

test("of finished pairings the oldest go, running ones stay", async (t) => {
  const store = new PairingStore(temporaryDatabase(t));
  await store.put(RUNNING);
  const finished = Array.from({ length: 1001 }, (_, i) => ({ ...RUNNING, id: `done ${i}`, state: "done" as const }));
  await Promise.all(finished.map((pairing) => store.put(pairing)));
  assert.deepEqual(store.get(RUNNING.id), RUNNING);
  assert.equal(store.get("done 0"), undefined);
  assert.deepEqual(store.get("done 1000"), finished[1000]);
});

test("an end that the disk did not take is told, and the next start finds the attempt running", async (t) => {
  const database = temporaryDatabase(t);
  const store = new PairingStore(database);
  await store.put(RUNNING);
  const failed: PairingRow = { ...RUNNING, state: "failed", error: "no room left on the disk" };
  store.tellUnwritten(failed);
  assert.deepEqual(store.get(RUNNING.id), failed);
  assert.deepEqual(new PairingStore(database).running(), [RUNNING]);
});
