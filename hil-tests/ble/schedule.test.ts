import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordType } from "../../protocol/log/record.ts";
import type { AirLock } from "./testing/air-lock.ts";
import { isFragment, isSearch } from "./testing/att.ts";
import { BLE_LIBRARIES, BleSite } from "./testing/ble-site.ts";

const model = { advertisingIntervalMsMax: 1_000 };
const QUIET_AFTER_MS = 12_000;
const HOUR_MS = 3_600_000;
const LOCKS = 20;
const CONNECTIONS_MAX = 5;

const connections = ({ lock }: AirLock) => lock.work.radio.connections;

function isFetched(site: BleSite, { lock, lockId }: AirLock): boolean {
  return site.gateway.events.position(lockId)?.seq === lock.firmware!.inside.store.position.seq;
}

for (const library of BLE_LIBRARIES) {
  test(`${library}: a lock in step costs no connection; an event is fetched with one`, async (t) => {
    const site = new BleSite(t, { library, model });
    const lock = await site.addPairedLock();
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    const before = connections(lock);
    await site.clock.advanceAsync(HOUR_MS / 4);
    assert.equal(connections(lock), before);
    lock.lock.setDoor(true);
    await site.clock.advanceAsync(5_000);
    assert(isFetched(site, lock));
    assert.equal(connections(lock), before + 1);
  });

  test(`${library}: a lock that was opened before is opened with one write and one notification, and not searched`, async (t) => {
    const site = new BleSite(t, { library, model });
    const lock = await site.addPairedLock();
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    assert(!lock.isConnected);
    const store = lock.lock.firmware!.inside.store;
    const untilOpened: string[] = [];
    site.meddle = (h4, direction) => {
      const isOpened = [...store.newestFirst()].some(({ type }) => type === RecordType.done);
      if (isSearch(h4)) untilOpened.push("search");
      if (isFragment(h4) && untilOpened.at(-1) !== "opened") untilOpened.push(isOpened ? "opened" : direction);
      return [h4];
    };
    assert.equal((await site.unlock(lock)).kind, "done");
    assert.deepEqual(untilOpened.slice(0, 2), ["to-controller", "opened"]);
  });

  test(`${library}: two adapters share the locks, and either does when the other is lost`, async (t) => {
    const site = new BleSite(t, { library, model, adapters: 2 });
    site.adapters[0]!.place = { x: 0, y: 0 };
    site.adapters[1]!.place = { x: 10, y: 0 };
    const lock = await site.addPairedLock({ place: { x: 9, y: 0 } });
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    site.adapters[1]!.remove();
    const outcome = await site.unlock(lock);
    assert.equal(outcome.kind, "done", JSON.stringify(outcome));
  });
}

test("twenty locks with news are all served over five connections, a dead one delays nobody, and an unlock goes first", async (t) => {
  const site = new BleSite(t, { library: "@abandonware/noble", model });
  const locks: AirLock[] = [];
  for (let n = 0; n < LOCKS; n++) locks.push(await site.addPairedLock());
  await site.clock.advanceAsync(QUIET_AFTER_MS);
  const dead = locks.shift()!;
  dead.controller.packetLoss = 1;
  for (const { lock } of [dead, ...locks]) lock.setDoor(true);
  await site.clock.advanceAsync(1_500);

  const beganAtMs = site.clock.monotonicMs();
  const outcome = await site.unlock(locks.at(-1)!);
  assert.equal(outcome.kind, "done", JSON.stringify(outcome));
  assert(site.clock.monotonicMs() - beganAtMs < 3_000);

  let most = 0;
  while (!locks.every((lock) => isFetched(site, lock))) {
    most = Math.max(most, locks.filter((lock) => lock.isConnected).length);
    assert(site.clock.monotonicMs() - beganAtMs < 60_000, "not all are served");
    await site.clock.advanceAsync(50);
  }
  assert(most > 1 && most <= CONNECTIONS_MAX, `${most} connections`);
});
