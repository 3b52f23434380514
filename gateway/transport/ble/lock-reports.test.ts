import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeAdvertisement } from "../../../protocol/wire/beacon.ts";
import { concat, fromHex, uint32 } from "../../../protocol/wire/bytes.ts";
import { LockReports } from "./lock-reports.ts";

const ADDRESS = fromHex("010203040506");
const ADVERTISEMENT = encodeAdvertisement({ flags: 2, lockId: fromHex("0a1b2c3d4e5f6071") });
/** Without the flags in front. */
const BEACON = ADVERTISEMENT.subarray(3);
const RSSI = 0xc4;

function legacy(data: Uint8Array, address = ADDRESS): Uint8Array {
  return concat(Uint8Array.of(0, 1), address, Uint8Array.of(data.length), data, Uint8Array.of(RSSI));
}

function extended(data: Uint8Array): Uint8Array {
  const radio = Uint8Array.of(1, 0, 0, 0, RSSI);
  return concat(Uint8Array.of(0x13, 0, 1), ADDRESS, radio, new Uint8Array(9), Uint8Array.of(data.length), data);
}

function packet(subevent: number, ...reports: Uint8Array[]): Uint8Array {
  const parameters = concat(Uint8Array.of(subevent, reports.length), ...reports);
  return concat(Uint8Array.of(0x04, 0x3e, parameters.length), parameters);
}

test("of several reports those of locks are left, with nothing in them but what makes them a lock's", () => {
  const stranger = legacy(Uint8Array.of(2, 1, 6));
  const passed = new LockReports().pass(packet(0x02, stranger, legacy(ADVERTISEMENT), stranger));
  assert.deepEqual(passed, packet(0x02, legacy(BEACON)));
  assert.deepEqual(new LockReports().pass(packet(0x0d, extended(ADVERTISEMENT))), packet(0x0d, extended(BEACON)));
});

test("what is malformed is not passed on", () => {
  const reports = new LockReports();
  assert.equal(reports.pass(packet(0x02, legacy(Uint8Array.of(1, 0x0a)))), undefined);
  const whole = packet(0x02, legacy(ADVERTISEMENT));
  for (let bytes = 4; bytes < whole.length; bytes++) assert.equal(reports.pass(whole.subarray(0, bytes)), undefined);
});

test("what is no advertising report passes as it is", () => {
  const reports = new LockReports();
  for (const h4 of [[0x04, 0x0e, 4, 1, 3, 12, 0], [0x02, 0x3e, 0, 2], [0x04, 0x3e, 1, 7], [0x04], []]) {
    assert.deepEqual(reports.pass(Uint8Array.from(h4)), Uint8Array.from(h4));
  }
});

test("when ever new addresses claim to be locks, those known before are still heard", () => {
  const reports = new LockReports();
  const from = (n: number) => packet(0x02, legacy(BEACON, concat(Uint8Array.of(0, 0), uint32(n))));
  let n = 0;
  while (!reports.isFull) assert(reports.pass(from(n++)));
  assert.equal(reports.pass(from(n)), undefined);
  assert(reports.pass(from(0)));
});
