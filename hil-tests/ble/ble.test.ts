import assert from "node:assert/strict";
import { test } from "node:test";
import { BLE_LIBRARIES, BleSite } from "./testing/ble-site.ts";

for (const library of BLE_LIBRARIES) {
  test(`${library}: a lock is found by its label, paired and opened, and its events come in`, async (t) => {
    const site = new BleSite(t, { library });
    const lock = await site.addLock();
    const { state, via, error } = await site.pair(lock);
    assert.deepEqual({ state, via, error }, { state: "done", via: lock.via, error: undefined });
    const outcome = await site.unlock(lock);
    assert.equal(outcome.kind, "done");
    assert.equal(lock.lock.hardware.bolt.position(), "drawn");
    await site.clock.advanceAsync(20_000);
    assert.equal(site.sentence(lock), "In step.");
    assert.equal(site.gateway.events.position(lock.lockId)?.seq, lock.lock.firmware?.inside.store.position.seq);
  });
}
