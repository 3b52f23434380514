import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../crypto/secret.ts";
import { LockStore } from "./lock-store.ts";
import { temporaryDatabase } from "./testing/temporary-database.ts";

const LOCK = {
  lockId: "0102030405060708",
  via: "tcp://127.0.0.1:7001",
  model: "sim",
  hardware: 1,
  firmware: 2,
  sigPk: new Uint8Array(33).fill(2),
  boxPk: new Uint8Array(33).fill(3),
  generation: 4,
  pairedAtMs: 1_800_000_000_000,
};
const REPORTED = {
  epoch: 7,
  rosterDigest: new Uint8Array(32).fill(9),
  time: 1_800_000_000,
  flags: 1,
  seq: 12,
  batteryMillivolt: 5800,
  temperatureC: -20,
  atMs: 1_800_000_000_500,
};

test("a lock is found as it was put, with what it reported", async (t) => {
  const store = new LockStore(temporaryDatabase(t));
  assert.equal(store.get(LOCK.lockId), undefined);
  await store.put(LOCK);
  assert.deepEqual(store.get(LOCK.lockId), LOCK);
  await store.setReported(LOCK.lockId, REPORTED);
  await store.put({ ...LOCK, via: "serial:/dev/ttyUSB0" });
  assert.deepEqual(store.list(), [{ ...LOCK, via: "serial:/dev/ttyUSB0", reported: REPORTED }]);
});

test("a slot stands before its lock does, and its keys come out as secrets", async (t) => {
  const store = new LockStore(temporaryDatabase(t));
  const pmk = new Secret(new Uint8Array(32).fill(5));
  await store.putSlot({ lockId: LOCK.lockId, slot: 2, pmk, live: false, n: 0 });
  const pending = store.slot(LOCK.lockId);
  assert.deepEqual(pending?.pmk.reveal(), pmk.reveal());
  assert.equal(JSON.stringify(pending), `{"lockId":"${LOCK.lockId}","slot":2,"pmk":"[secret]","live":false,"n":0}`);
  await store.markSlotLive(LOCK.lockId);
  assert.equal(store.slot(LOCK.lockId)?.live, true);
  await store.putSlot({
    lockId: LOCK.lockId,
    slot: 2,
    pmk,
    live: true,
    rms: new Secret(new Uint8Array(32).fill(6)),
    n: 41,
  });
  assert.equal(store.slot(LOCK.lockId)?.n, 41);
  assert.deepEqual(store.slot(LOCK.lockId)?.rms?.reveal(), new Uint8Array(32).fill(6));
  await store.removeSlot(LOCK.lockId);
  assert.equal(store.slot(LOCK.lockId), undefined);
});

test("a removed lock takes its slot and what it reported along", async (t) => {
  const database = temporaryDatabase(t);
  const store = new LockStore(database);
  await store.put(LOCK);
  await store.setReported(LOCK.lockId, REPORTED);
  await store.putSlot({ lockId: LOCK.lockId, slot: 0, pmk: new Secret(new Uint8Array(32)), live: true, n: 1 });
  await store.remove(LOCK.lockId);
  assert.deepEqual(store.list(), []);
  assert.equal(store.slot(LOCK.lockId), undefined);
  assert.deepEqual(database.all("SELECT * FROM reported"), []);
});
