import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeAdvertisement } from "../../protocol/wire/beacon.ts";
import { concat, fromHex, uint8, uint32 } from "../../protocol/wire/bytes.ts";
import { LeEvent, leEvent } from "../radio/hci/event.ts";
import { BLE_LIBRARIES, BleSite } from "./testing/ble-site.ts";

const model = { advertisingIntervalMsMax: 1_000 };
const QUIET_AFTER_MS = 12_000;
const FALSE_LOCKS = 2_500;

/** The report of one connectable advertisement from an address that was never heard before, nor will be again. */
function report(n: number, data: Uint8Array): Uint8Array {
  const address = concat(uint32(n), Uint8Array.of(0, 0xc0));
  return leEvent(LeEvent.advertisingReport, Uint8Array.of(1, 0, 1), address, uint8(data.length), data, uint8(0xc4));
}

for (const library of BLE_LIBRARIES) {
  test(`${library}: whoever sends malformed advertisements writes nothing on our console`, async (t) => {
    const warn = t.mock.method(console, "warn", () => {});
    const site = new BleSite(t, { library, model });
    const lock = await site.addPairedLock();
    const txPowerOfNoBytes = Uint8Array.of(1, 0x0a);
    site.meddle = (h4, direction) => (direction === "to-host" ? [report(1, txPowerOfNoBytes), h4] : [h4]);
    assert.equal((await site.unlock(lock)).kind, "done");
    assert.equal(warn.mock.callCount(), 0);
  });

  test(`${library}: addresses without number that claim to be locks slow nobody down`, async (t) => {
    const site = new BleSite(t, { library, model });
    const lock = await site.addPairedLock();
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    const data = encodeAdvertisement({ flags: 0, lockId: fromHex("ffffffffffffffff") });
    const crowd = Array.from({ length: FALSE_LOCKS }, (_, n) => report(n, data));
    site.meddle = (h4, direction) => (direction === "to-host" ? [h4, ...crowd.splice(0)] : [h4]);
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    assert.equal(crowd.length, 0);
    const beganAtMs = site.clock.monotonicMs();
    assert.equal((await site.unlock(lock)).kind, "done");
    assert(site.clock.monotonicMs() - beganAtMs < 3_000);
  });
}
