import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { BleLibrary } from "../../gateway/config.ts";
import type { Peripheral } from "../../gateway/transport/ble/noble.ts";
import { encodeAdvertisement } from "../../protocol/wire/beacon.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import type { Controller } from "../radio/controller.ts";
import { advertise } from "../radio/scripted-advertiser.ts";
import type { AirLock } from "./testing/air-lock.ts";
import { cutShort, isAclData, isFragment, isNotification, isSearch } from "./testing/att.ts";
import { BLE_LIBRARIES, BleSite } from "./testing/ble-site.ts";

const model = { advertisingIntervalMsMax: 1_000 };
/** Until a lock is in step and its connection has been given up. */
const QUIET_AFTER_MS = 12_000;
/** Longer than the link layer waits for a peer that has gone. */
const OUT_OF_RANGE_MS = 4_000;
const MINUTE_MS = 60_000;

async function quietLock(t: TestContext, library: BleLibrary): Promise<{ site: BleSite; lock: AirLock }> {
  const site = new BleSite(t, { library, model });
  const lock = await site.addPairedLock();
  await site.clock.advanceAsync(QUIET_AFTER_MS);
  return { site, lock };
}

/** Milliseconds that it takes until the lock has opened. */
async function opensWithin(site: BleSite, lock: AirLock, limitMs: number): Promise<number> {
  const beganAtMs = site.clock.monotonicMs();
  const outcome = await site.unlock(lock);
  const tookMs = site.clock.monotonicMs() - beganAtMs;
  assert.equal(outcome.kind, "done", JSON.stringify(outcome));
  assert(tookMs <= limitMs, `${tookMs} ms`);
  return tookMs;
}

async function eventComesIn(site: BleSite, lock: AirLock, withinMs: number): Promise<void> {
  lock.lock.setDoor(true);
  lock.lock.setDoor(false);
  await site.clock.advanceAsync(withinMs);
  const wanted = lock.lock.firmware!.inside.store.position.seq;
  assert.equal(site.gateway.events.position(lock.lockId)?.seq, wanted);
}

const LOSSES: Record<string, (adapter: Controller) => void> = {
  "pulled out without a word": (adapter) => adapter.remove(),
  "switched off": (adapter) => adapter.powerDown(),
  hung: (adapter) => adapter.hang(),
};

for (const library of BLE_LIBRARIES) {
  for (const [what, lose] of Object.entries(LOSSES)) {
    test(`${library}: an adapter that was ${what} is missed, told of, and used again when it is back`, async (t) => {
      const { site, lock } = await quietLock(t, library);
      lose(site.adapters[0]!);
      await site.clock.advanceAsync(4 * MINUTE_MS);
      const outcome = await site.unlock(lock);
      assert.equal(outcome.kind, "unreachable");
      assert.match(site.sentence(lock)!, /Bluetooth adapter hci0: /);
      site.adapters[0]!.recover();
      await site.clock.advanceAsync(6 * MINUTE_MS);
      await opensWithin(site, lock, 3_000);
      assert.equal(site.transport.describe(lock.lockId), undefined);
    });
  }

  test(`${library}: an adapter that is pulled out in the middle of an order leaves no request hanging`, async (t) => {
    const { site, lock } = await quietLock(t, library);
    site.clock.schedule(1_100, () => site.adapters[0]!.remove());
    const beganAtMs = site.clock.monotonicMs();
    await site.unlock(lock);
    assert(site.clock.monotonicMs() - beganAtMs < MINUTE_MS);
  });

  test(`${library}: a lock whose own adapter was switched off advertises again when it is back`, async (t) => {
    const { site, lock } = await quietLock(t, library);
    lock.controller.powerDown();
    await site.clock.advanceAsync(MINUTE_MS);
    lock.controller.recover();
    await site.clock.advanceAsync(5_000);
    await opensWithin(site, lock, 3_000);
  });

  test(`${library}: scanning that stops without a word is begun again`, async (t) => {
    const { site, lock } = await quietLock(t, library);
    site.adapters[0]!.stopScanningSilently();
    await eventComesIn(site, lock, MINUTE_MS);
  });

  test(`${library}: a lock that has gone away costs an order bounded time, and its neighbour nothing`, async (t) => {
    const { site, lock } = await quietLock(t, library);
    const neighbour = await site.addPairedLock();
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    lock.controller.packetLoss = 1;
    const beganAtMs = site.clock.monotonicMs();
    const gone = site.gateway.services.actions.act(lock.lockId, "unlock");
    await opensWithin(site, neighbour, 10_000);
    assert.equal((await site.run(gone)).kind, "unreachable");
    assert(site.clock.monotonicMs() - beganAtMs < 30_000);
    await site.clock.advanceAsync(10 * MINUTE_MS);
    assert.match(site.sentence(lock)!, /not seen for 10 min/);
    lock.controller.packetLoss = 0;
    await site.clock.advanceAsync(5_000);
    assert.equal(site.sentence(lock), "In step.");
  });

  test(`${library}: a stranger who holds on to the lock is hung up on, and the gateway comes through`, async (t) => {
    const { site, lock } = await quietLock(t, library);
    const stranger = site.stranger(library);
    const isReady = new Promise<void>((resolve) => stranger.on("stateChange", () => resolve()));
    await site.run(isReady);
    const found = new Promise<Peripheral>((resolve) => stranger.on("discover", resolve));
    await site.run(new Promise((resolve) => stranger.startScanning([], true, resolve)));
    const peripheral = await site.run(found);
    await site.run(new Promise<void>((resolve) => stranger.stopScanning(resolve)));
    const isConnected = new Promise<unknown>((resolve) => peripheral.on("connect", resolve));
    peripheral.connect({ minInterval: 6, maxInterval: 18, latency: 0, timeout: 200 });
    await site.run(isConnected);
    const tookMs = await opensWithin(site, lock, 10_000);
    assert(tookMs > 3_000, "the stranger had the lock");
  });

  test(`${library}: a service that has moved in the lock's table is found again`, async (t) => {
    const { site, lock } = await quietLock(t, library);
    await opensWithin(site, lock, 3_000);
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    lock.moveService();
    await opensWithin(site, lock, 12_000);
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    await opensWithin(site, lock, 3_000);
  });

  test(`${library}: a lock that is lost before it has answered is found again where it was`, async (t) => {
    const { site, lock } = await quietLock(t, library);
    let searches = 0;
    let isLost = false;
    site.meddle = (h4) => {
      if (isSearch(h4)) searches++;
      if (isFragment(h4) && !isLost) {
        isLost = true;
        lock.controller.packetLoss = 1;
        site.clock.schedule(OUT_OF_RANGE_MS, () => {
          lock.controller.packetLoss = 0;
        });
      }
      return [h4];
    };
    await opensWithin(site, lock, 10_000);
    assert.deepEqual({ isLost, searches }, { isLost: true, searches: 0 });
  });

  test(`${library}: nearer devices that advertise as the lock keep nobody out`, async (t) => {
    const { site, lock } = await quietLock(t, library);
    lock.controller.place = { x: 20, y: 0 };
    for (const n of [1, 2, 3, 4, 5]) {
      const impostor = site.air.controller({ address: `e0:0e:00:00:00:0${n}` });
      const data = encodeAdvertisement({ flags: 0, lockId: fromHex(lock.lockId) });
      advertise(impostor, { intervalMs: 100, kind: "connectable", data });
    }
    await site.clock.advanceAsync(5_000);
    await opensWithin(site, lock, 3_000);
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    await opensWithin(site, lock, 3_000);
  });

  test(`${library}: an answer that is cut short does not end the daemon`, async (t) => {
    const { site, lock } = await quietLock(t, library);
    site.meddle = (h4, direction) => [direction === "to-host" && isNotification(h4) ? cutShort(h4) : h4];
    await site.unlock(lock);
    site.meddle = (h4) => [h4];
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    await opensWithin(site, lock, 3_000);
  });

  test(`${library}: a request that is cut short does not end the lock`, async (t) => {
    const { site, lock } = await quietLock(t, library);
    site.meddle = (h4, direction) => [direction === "to-controller" && isAclData(h4) ? cutShort(h4) : h4];
    await site.unlock(lock);
    site.meddle = (h4) => [h4];
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    await opensWithin(site, lock, 3_000);
  });

  test(`${library}: Ctrl-C stays the daemon's own affair`, async (t) => {
    const before = process.listenerCount("SIGINT");
    const site = new BleSite(t, { library, model });
    await site.run(site.transport.open("ble:0a1b2c3d4e5f6071", { urgency: "sync" }).catch(() => {}));
    assert.equal(process.listenerCount("SIGINT"), before);
  });

  test(`${library}: two hundred devices in range, some of them locks, slow nobody down`, async (t) => {
    const { site, lock } = await quietLock(t, library);
    for (let n = 0; n < 200; n++) {
      const address = `e0:0e:00:00:01:${n.toString(16).padStart(2, "0")}`;
      const lockId = fromHex(`ffffffffffff01${n.toString(16).padStart(2, "0")}`);
      const data = n % 4 === 0 ? encodeAdvertisement({ flags: 3, lockId }) : Uint8Array.of(2, 1, 6, 3, 0xff, n, n);
      advertise(site.air.controller({ address }), { intervalMs: 1_000, kind: "connectable", data });
    }
    await site.clock.advanceAsync(3_000);
    await opensWithin(site, lock, 3_000);
    await eventComesIn(site, lock, QUIET_AFTER_MS);
  });
}
