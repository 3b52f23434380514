import assert from "node:assert/strict";
import { test } from "node:test";
import { isAclData } from "./testing/att.ts";
import { BLE_LIBRARIES, BleSite } from "./testing/ble-site.ts";

const model = { advertisingIntervalMsMax: 1_000 };
const OUT_OF_RANGE_MS = 4_000;
const QUIET_AFTER_MS = 12_000;
/** Every so many packets of a pairing one attempt loses its lock there. */
const EVERY_PACKETS = 6;

for (const library of BLE_LIBRARIES) {
  test(`${library}: a lock whose button nobody pressed is not paired, and the sentence says what to do`, async (t) => {
    const site = new BleSite(t, { library, model });
    const lock = await site.addLock();
    const { id } = await site.gateway.services.pairings.start({ label: lock.label, via: "ble" });
    const { state, error } = await site.pairingEnd(id);
    assert.equal(state, "failed");
    assert.match(error!, /in range but not in pairing mode: press the button/);
    assert.equal(lock.lock.work.radio.connections, 0);
  });

  test(`${library}: the button may be pressed after the pairing was begun`, async (t) => {
    const site = new BleSite(t, { library, model });
    const lock = await site.addLock();
    const { id } = await site.gateway.services.pairings.start({ label: lock.label, via: "ble" });
    await site.clock.advanceAsync(10_000);
    lock.lock.pressPairingButton();
    assert.equal((await site.pairingEnd(id)).state, "done");
  });
}

test("a label and a way that name two locks are refused before anything is sent", async (t) => {
  const site = new BleSite(t, { library: "@abandonware/noble", model });
  const lock = await site.addLock();
  const pairing = site.gateway.services.pairings.start({ label: lock.label, via: "ble:0a1b2c3d4e5f6071" });
  await assert.rejects(pairing, { name: "RequestRefused", code: "via-invalid" });
});

test("a lock that is paired already can be paired anew, over the one connection that it has", async (t) => {
  const site = new BleSite(t, { library: "@abandonware/noble", model });
  const lock = await site.addPairedLock();
  await site.clock.advanceAsync(QUIET_AFTER_MS);
  const { state, error } = await site.pair(lock);
  assert.equal(state, "done", error);
  assert.equal((await site.unlock(lock)).kind, "done");
});

test("wherever in a pairing the lock goes out of range, it is paired in the end, at the latest by the next try", async (t) => {
  const site = new BleSite(t, { library: "@abandonware/noble", model });
  /** Pairs one more lock, which goes out of range at this packet; how that ended, and how many packets there were. */
  const pairOneMore = async (goesAt: number) => {
    const lock = await site.addLock();
    let packets = 0;
    site.meddle = (h4) => {
      if (isAclData(h4) && ++packets === goesAt) {
        lock.controller.packetLoss = 1;
        site.clock.schedule(OUT_OF_RANGE_MS, () => {
          lock.controller.packetLoss = 0;
        });
      }
      return [h4];
    };
    const end = await site.pair(lock);
    site.meddle = (h4) => [h4];
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    return { lock, end, packets };
  };
  const { packets } = await pairOneMore(Number.POSITIVE_INFINITY);
  assert(packets > 30);
  for (let nth = 1; nth <= packets; nth += EVERY_PACKETS) {
    const { lock, end } = await pairOneMore(nth);
    const last = end.state === "done" ? end : await site.pair(lock);
    assert.equal(last.state, "done", `packet ${nth}: ${end.error}; ${last.error}`);
    assert.equal((await site.unlock(lock)).kind, "done");
  }
});
