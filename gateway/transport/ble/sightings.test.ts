import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { BLE_SERVICE } from "../../../protocol/wire/beacon.ts";
import { fromHex } from "../../../protocol/wire/bytes.ts";
import type { Peripheral } from "./noble.ts";
import { Sightings } from "./sightings.ts";

const LOCK = "0a1b2c3d4e5f6071";

function advertiser(id: string, { lockId = LOCK, rssi = -60, uuid = BLE_SERVICE } = {}): Peripheral {
  const data = Uint8Array.of(2, ...fromHex(lockId));
  return { id, rssi, advertisement: { serviceData: [{ uuid, data }] } } as unknown as Peripheral;
}

function sightings() {
  const clock = new VirtualClock();
  return { clock, seen: new Sightings(clock) };
}

test("a lock is known by the id that it advertises", () => {
  const { seen } = sightings();
  assert.deepEqual(seen.note(advertiser("a")), { lockId: LOCK, flags: 2 });
  assert.equal(seen.best(LOCK)?.peripheral.id, "a");
  assert.equal(seen.best("ffffffffffffffff"), undefined);
});

test("service data of others, or none, is no lock's", () => {
  const { seen } = sightings();
  assert.equal(seen.note(advertiser("a", { uuid: "180a" })), undefined);
  assert.equal(seen.note({ id: "b", rssi: -60, advertisement: {} } as unknown as Peripheral), undefined);
});

test("a lock that has been silent is not tried, but when it was heard stays known", () => {
  const { clock, seen } = sightings();
  seen.note(advertiser("a"));
  clock.advance(20_000);
  assert.equal(seen.best(LOCK), undefined);
  assert.equal(seen.lastHeard(LOCK)?.heardAtMs, 0);
});

test("of several devices the one that failed least is tried first, then one that proved itself, then the nearest", () => {
  const { seen } = sightings();
  seen.note(advertiser("far", { rssi: -80 }));
  seen.note(advertiser("near", { rssi: -40 }));
  assert.equal(seen.best(LOCK)?.peripheral.id, "near");
  seen.best(LOCK)!.failures++;
  const far = seen.best(LOCK)!;
  assert.equal(far.peripheral.id, "far");
  far.handles = { request: 3, mayWriteWithoutResponse: true, reply: 5, configuration: 6 };
  seen.note(advertiser("nearer", { rssi: -30 }));
  assert.equal(seen.best(LOCK)?.peripheral.id, "far");
});

test("a crowd that poses as the lock does not push the lock out", () => {
  const { clock, seen } = sightings();
  seen.note(advertiser("lock", { rssi: -80 }));
  seen.best(LOCK)!.handles = { request: 3, mayWriteWithoutResponse: true, reply: 5, configuration: 6 };
  for (let n = 0; n < 50; n++) {
    clock.advance(10);
    seen.note(advertiser(`crowd ${n}`));
  }
  assert.equal(seen.best(LOCK)?.peripheral.id, "lock");
});

test("whoever invents locks takes no room from those that are heard", () => {
  const { seen } = sightings();
  seen.note(advertiser("lock"));
  for (let n = 0; n < 2_000; n++) {
    seen.note(advertiser(`${n}`, { lockId: n.toString(16).padStart(16, "0") }));
  }
  assert.equal(seen.best(LOCK)?.peripheral.id, "lock");
  assert.equal(seen.best("00000000000007cf"), undefined);
});

test("what the library heard before it began anew is no device to try", () => {
  const { clock, seen } = sightings();
  seen.note(advertiser("a"));
  clock.advance(1);
  seen.beginAnew();
  assert.equal(seen.best(LOCK), undefined);
  assert.equal(seen.expectsAny(0), false);
  seen.note(advertiser("a"));
  assert.equal(seen.best(LOCK)?.peripheral.id, "a");
  assert.equal(seen.expectsAny(0), true);
  assert.equal(seen.expectsAny(1), false);
});
