import assert from "node:assert/strict";
import { test } from "node:test";
import { BLE_LIBRARIES, BleSite } from "./testing/ble-site.ts";

/** Longer than the six connection events in which a controller waits for the first word of its peer. */
const SILENT_MS = 300;

/** H4: LE Connection Complete, success. */
function isConnected(h4: Uint8Array): boolean {
  return h4[0] === 4 && h4[1] === 0x3e && h4[3] === 1 && h4[4] === 0;
}

for (const library of BLE_LIBRARIES) {
  test(`${library}: a connection that is there but for its controller is made anew, and a pairing does not notice`, async (t) => {
    const site = new BleSite(t, { library });
    const lock = await site.addLock();
    let connections = 0;
    site.meddle = (h4) => {
      if (isConnected(h4) && ++connections === 1) {
        lock.controller.packetLoss = 1;
        site.clock.schedule(SILENT_MS, () => {
          lock.controller.packetLoss = 0;
        });
      }
      return [h4];
    };
    const { state, error } = await site.pair(lock);
    assert.equal(state, "done", error);
    assert(connections > 1);
  });
}
