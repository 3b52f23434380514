import assert from "node:assert/strict";
import { test } from "node:test";
import { BeaconFlag, decodeBeacon, encodeAdvertisement, findBeacon } from "./beacon.ts";
import { fromHex, toHex } from "./bytes.ts";

const lockId = fromHex("0a1b2c3d4e5f6071");

test("an advertisement fits into a legacy one: flags, then service data with the UUID backwards", () => {
  const advertisement = encodeAdvertisement({ flags: BeaconFlag.eventsWaiting, lockId });
  assert.equal(toHex(advertisement), `0201061a21fb349b5f800000807373617000316b6c02${toHex(lockId)}`);
  assert(advertisement.length <= 31);
});

test("service data is a byte of flags and the lock's id, to the letter", () => {
  assert.deepEqual(decodeBeacon(Uint8Array.of(7, ...lockId)), { flags: 7, lockId });
  assert.equal(decodeBeacon(Uint8Array.of(8, ...lockId)), undefined);
  assert.equal(decodeBeacon(Uint8Array.of(0, ...lockId.subarray(1))), undefined);
  assert.equal(decodeBeacon(Uint8Array.of(0, ...lockId, 0)), undefined);
  assert.equal(decodeBeacon(new Uint8Array()), undefined);
});

test("in an advertisement a lock's service data is found wherever it stands, and only if it is whole", () => {
  const advertisement = encodeAdvertisement({ flags: 2, lockId });
  const structure = advertisement.subarray(3);
  assert.deepEqual(findBeacon(advertisement), structure);
  assert.deepEqual(findBeacon(structure), structure);
  assert.deepEqual(findBeacon(Uint8Array.of(0, 1, 0x0a, ...structure, 200)), structure);
  for (let bytes = 0; bytes < advertisement.length; bytes++) {
    assert.equal(findBeacon(advertisement.subarray(0, bytes)), undefined);
  }
  for (let bit = 0; bit < 8 * 18; bit++) {
    const flipped = Uint8Array.from(structure);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(findBeacon(flipped), undefined, `bit ${bit}`);
  }
});
