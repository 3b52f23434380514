import { ADVERTISE_EVERY_MS } from "../../../lock-sim/energy/current-model.ts";
import type { AirLock } from "../../ble/testing/air-lock.ts";
import { BleSite } from "../../ble/testing/ble-site.ts";
import { Cleanups } from "../../fuzz/targets/cleanups.ts";
import { realisticModel } from "../../radio/air/model.ts";
import { stopLibraryTimers } from "../../radio/testing/library-timers.ts";

const LOOK_EVERY_MS = 100;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How many visits a whole gateway with one adapter makes in an hour to locks that have news again as soon as they are fetched. */
export async function servedPerHour({ locks: count, minutes }: { locks: number; minutes: number }): Promise<number> {
  const cleanups = new Cleanups();
  process.env.BLENO_ADVERTISING_INTERVAL = String(ADVERTISE_EVERY_MS);
  const site = new BleSite(cleanups, { library: "@abandonware/noble", model: realisticModel });
  const locks: AirLock[] = [];
  for (let n = 0; n < count; n++) locks.push(await site.addPairedLock({ place: { x: 2 + n / 2, y: 0 } }));

  const untilMs = site.clock.monotonicMs() + minutes * MINUTE_MS;
  let visits = 0;
  while (site.clock.monotonicMs() < untilMs) {
    for (const lock of locks) {
      if (!isFetched(site, lock)) continue;
      visits++;
      lock.lock.setDoor(visits % 2 === 0);
    }
    await site.clock.advanceAsync(LOOK_EVERY_MS);
  }
  await cleanups.run();
  stopLibraryTimers();
  return (visits * HOUR_MS) / (minutes * MINUTE_MS);
}

function isFetched(site: BleSite, { lock, lockId }: AirLock): boolean {
  return site.gateway.events.position(lockId)?.seq === lock.firmware!.inside.store.position.seq;
}
