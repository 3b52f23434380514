import assert from "node:assert/strict";
import { test } from "node:test";
import { realisticModel } from "../radio/air/model.ts";
import { BLE_LIBRARIES, BleSite } from "./testing/ble-site.ts";

/** 40 dB over the first metre and 25 for each tenfold: about −91 dBm. */
const FAR_AWAY = { x: 110, y: 0 };
const ORDERS = 5;
const OPENS_WITHIN_MS = 12_000;

for (const library of BLE_LIBRARIES) {
  test(`${library}: a lock at the edge of range, with three packets in ten lost, still opens, and the API says why it was slow`, async (t) => {
    const model = { ...realisticModel, sensitivityDbm: -105, advertisingIntervalMsMax: 1_000 };
    const site = new BleSite(t, { library, model });
    const lock = await site.addPairedLock({ place: FAR_AWAY });
    lock.controller.packetLoss = 0.3;
    for (let order = 0; order < ORDERS; order++) {
      await site.clock.advanceAsync(15_000);
      const beganAtMs = site.clock.monotonicMs();
      const outcome = await site.unlock(lock);
      assert.equal(outcome.kind, "done", JSON.stringify(outcome));
      assert(site.clock.monotonicMs() - beganAtMs < OPENS_WITHIN_MS);
    }
    assert.match(site.sentence(lock)!, /[Ww]eak signal: −\d\d dBm/);
  });
}
