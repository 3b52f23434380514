import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordType } from "../../protocol/log/record.ts";
import type { AirLock } from "./testing/air-lock.ts";
import { isAclData, isFragment, withAttMtu } from "./testing/att.ts";
import { BLE_LIBRARIES, BleSite } from "./testing/ble-site.ts";
import type { Meddle } from "./testing/virtual-adapters.ts";

/** Longer than the link layer waits for a peer that has gone. */
const OUT_OF_RANGE_MS = 4_000;
/** Until the bolt has relocked and the gateway has fetched what the lock logged. */
const QUIET_AFTER_MS = 12_000;
/** So small that an order takes several fragments. */
const SMALL_ATT_MTU = 100;

/** Locks advertise as often as they do: time flies between orders. */
const model = { advertisingIntervalMsMax: 1_000 };

/** How often an order has been carried out, by the lock's own log. */
function openings({ lock }: AirLock): number {
  return [...lock.firmware!.inside.store.newestFirst()].filter(({ type }) => type === RecordType.intent).length;
}

/** Unlocks under this meddling: the order must be carried out, once. */
async function opensOnce(site: BleSite, lock: AirLock, meddle: Meddle, what: string): Promise<void> {
  const before = openings(lock);
  site.meddle = meddle;
  const outcome = await site.unlock(lock);
  site.meddle = (h4) => [h4];
  assert.equal(outcome.kind, "done", `${what}: ${JSON.stringify(outcome)}`);
  assert.equal(openings(lock), before + 1, what);
  await site.clock.advanceAsync(QUIET_AFTER_MS);
}

/** How many such packets one unlock takes. */
async function packetsOf(site: BleSite, lock: AirLock, isOne: (h4: Uint8Array) => boolean): Promise<number> {
  let packets = 0;
  const count = (h4: Uint8Array) => {
    if (isOne(h4)) packets++;
    return [withAttMtu(h4, SMALL_ATT_MTU)];
  };
  await opensOnce(site, lock, count, "nothing meddled with");
  return packets;
}

for (const library of BLE_LIBRARIES) {
  test(`${library}: an order is carried out once, wherever in it the lock goes out of range`, async (t) => {
    const site = new BleSite(t, { library, model });
    const lock = await site.addPairedLock();
    await site.clock.advanceAsync(QUIET_AFTER_MS);
    const packets = await packetsOf(site, lock, isAclData);
    assert(packets > 10);
    for (let nth = 1; nth <= packets; nth++) {
      let seen = 0;
      const goesAtNth = (h4: Uint8Array) => {
        if (isAclData(h4) && ++seen === nth) {
          lock.controller.packetLoss = 1;
          site.clock.schedule(OUT_OF_RANGE_MS, () => {
            lock.controller.packetLoss = 0;
          });
        }
        return [withAttMtu(h4, SMALL_ATT_MTU)];
      };
      await opensOnce(site, lock, goesAtNth, `packet ${nth} of ${packets}`);
    }
  });
}

test("an order is carried out once, whichever fragment is missing, doubled or late", async (t) => {
  const site = new BleSite(t, { library: "@abandonware/noble", model });
  const lock = await site.addPairedLock();
  await site.clock.advanceAsync(QUIET_AFTER_MS);
  const fragments = await packetsOf(site, lock, isFragment);
  assert(fragments > 4);
  const fates: Record<string, (fragment: Uint8Array, next: Uint8Array[]) => Uint8Array[]> = {
    missing: () => [],
    doubled: (fragment) => [fragment, fragment],
    late: (fragment, next) => {
      next.push(fragment);
      return [];
    },
  };
  for (const [name, fate] of Object.entries(fates)) {
    for (let nth = 1; nth <= fragments; nth++) {
      let seen = 0;
      const late: Uint8Array[] = [];
      const meddle = (h4: Uint8Array) => {
        if (!isFragment(h4)) return [withAttMtu(h4, SMALL_ATT_MTU)];
        if (++seen === nth) return fate(h4, late);
        return [h4, ...late.splice(0)];
      };
      await opensOnce(site, lock, meddle, `${name} ${nth} of ${fragments}`);
    }
  }
});
