import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Secret } from "../../crypto/secret.ts";
import { Database } from "./database.ts";
import { LockStore } from "./lock-store.ts";
import { temporaryDatabase } from "./testing/temporary-database.ts";
import { temporaryDirectory } from "./testing/temporary-directory.ts";

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
  assert.equal(store.slot(LOCK.lockId), undefined);
  const pending = store.candidate(LOCK.lockId);
  assert.deepEqual(pending?.pmk.reveal(), pmk.reveal());
  assert.equal(JSON.stringify(pending), `{"lockId":"${LOCK.lockId}","slot":2,"pmk":"[secret]","live":false,"n":0}`);
});

test("a candidate stands beside the slot in use, and takes its place only when it is promoted", async (t) => {
  const store = new LockStore(temporaryDatabase(t));
  const { lockId } = LOCK;
  const [old, next] = [5, 6].map((fill) => new Secret(new Uint8Array(32).fill(fill))) as [Secret, Secret];
  await store.put(LOCK);
  await store.putSlot({ lockId, slot: 0, pmk: old, live: true, n: 41 });
  await store.putSlot({ lockId, slot: 1, pmk: next, live: false, n: 0 });
  assert.deepEqual([store.slot(lockId)?.slot, store.candidate(lockId)?.slot], [0, 1]);
  await store.promoteCandidate(lockId, 7);
  assert.deepEqual([store.slot(lockId)?.slot, store.candidate(lockId)], [1, undefined]);
  assert.deepEqual(store.slot(lockId)?.pmk.reveal(), next.reveal());
  assert.equal(store.get(lockId)?.pairedAtMs, 7);
  await store.putSlot({ lockId, slot: 2, pmk: old, live: false, n: 0 });
  await store.removeCandidate(lockId);
  assert.deepEqual([store.slot(lockId)?.slot, store.candidate(lockId)], [1, undefined]);
});

test("a counter is given out once, and an OPEN raises it to the lock's but never lowers it", async (t) => {
  const store = new LockStore(temporaryDatabase(t));
  const { lockId } = LOCK;
  const slot = { lockId, slot: 0, pmk: new Secret(new Uint8Array(32).fill(5)), live: true, n: 0 };
  await store.putSlot(slot);
  assert.deepEqual(await Promise.all([1, 2, 3].map(() => store.takeCounter(slot))), [1, 2, 3]);
  const secret = new Secret(new Uint8Array(32).fill(9));
  await store.setRms(slot, { secret, sinceN: 40, sinceMs: 7 });
  assert.equal(await store.takeCounter(slot), 41);
  await store.setRms(slot, { secret, sinceN: 2, sinceMs: 8 });
  assert.equal(store.slot(lockId)?.n, 41);
  assert.deepEqual(store.slot(lockId)?.rms?.secret.reveal(), secret.reveal());
  const replaced = { ...slot, pmk: new Secret(new Uint8Array(32).fill(6)) };
  assert.equal(await store.takeCounter(replaced), undefined);
});

test("in a database that was put back no RMS is left, for this start or any later one", async (t) => {
  const folder = temporaryDirectory(t);
  const [path, backup] = [join(folder, "portvakt.db"), join(folder, "backup.db")];
  const open = () => {
    const database = Database.open(path);
    return { database, store: new LockStore(database) };
  };
  const first = open();
  const slot = { lockId: LOCK.lockId, slot: 0, pmk: new Secret(new Uint8Array(32).fill(5)), live: true, n: 7 };
  await first.store.putSlot(slot);
  await first.store.setRms(slot, { secret: new Secret(new Uint8Array(32).fill(9)), sinceN: 7, sinceMs: 7 });
  first.database.close();
  copyFileSync(path, backup);
  const goesOn = open();
  assert.notEqual(goesOn.store.slot(LOCK.lockId)?.rms, undefined);
  goesOn.database.close();
  copyFileSync(backup, path);
  for (let start = 0; start < 2; start++) {
    const { database, store } = open();
    assert.deepEqual([store.slot(LOCK.lockId)?.n, store.slot(LOCK.lockId)?.rms], [7, undefined]);
    database.close();
  }
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
