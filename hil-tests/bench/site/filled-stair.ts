import assert from "node:assert/strict";
import { ADVERTISE_EVERY_MS } from "../../../lock-sim/energy/current-model.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { AirLock } from "../../ble/testing/air-lock.ts";
import { BleSite } from "../../ble/testing/ble-site.ts";
import { Cleanups } from "../../fuzz/targets/cleanups.ts";
import { realisticModel } from "../../radio/air/model.ts";
import { stopLibraryTimers } from "../../radio/testing/library-timers.ts";

const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 3_600_000;
/** Until connections that nobody uses have been given up. */
const QUIET_MS = 10_000;

/** Rights of a stair of locks on the virtual radio: each resident's is for one lock, each carer's for all. */
export interface StairLoad {
  locks: number;
  residentsPerLock: number;
  carers: number;
}

/** How long after a change each lock had its roster and was idle again, in milliseconds by the virtual clock. */
export interface StairTimes {
  fillMs: number[];
  revocationMs: number[];
  churnMs: number[];
}

/** Brings a stair of locks their rights over unmodified noble and bleno, takes one carer's away, and lets some residents move. */
export async function stairTimes(load: StairLoad, churnShare: number): Promise<StairTimes> {
  const cleanups = new Cleanups();
  process.env.BLENO_ADVERTISING_INTERVAL = String(ADVERTISE_EVERY_MS);
  const site = new BleSite(cleanups, { library: "@abandonware/noble", model: realisticModel });
  const locks: AirLock[] = [];
  for (let n = 0; n < load.locks; n++) locks.push(await site.addPairedLock({ place: { x: 2 + n / 2, y: 0 } }));
  const { grants, groups } = site.gateway;
  const key = { kind: "key" as const, publicKey: toHex(site.gateway.locks.get(locks[0]!.lockId)!.boxPk) };
  const give = async (where: { locks?: string[]; groups?: string[] }) => {
    const { row } = await grants.add({ ...where, with: [key], rights: ["unlock"], until: "2027-12-31T00:00:00Z" });
    return row.id;
  };
  await groups.add({ name: "rounds", locks: locks.map(({ lockId }) => lockId) });

  const residents: { id: string; lockId: string }[] = [];
  const carers: string[] = [];
  const fillMs = await timesOf(site, locks, async () => {
    for (const { lockId } of locks) {
      for (let n = 0; n < load.residentsPerLock; n++) residents.push({ id: await give({ locks: [lockId] }), lockId });
    }
    for (let n = 0; n < load.carers; n++) carers.push(await give({ groups: ["rounds"] }));
  });
  const revocationMs = await timesOf(site, locks, () => grants.revoke(carers[0]!));
  const churnMs = await timesOf(site, locks, async () => {
    for (const { id, lockId } of residents.filter((_, n) => n % Math.round(1 / churnShare) === 0)) {
      await grants.revoke(id);
      await give({ locks: [lockId] });
    }
  });
  await cleanups.run();
  stopLibraryTimers();
  return { fillMs, revocationMs, churnMs };
}

async function timesOf(site: BleSite, locks: readonly AirLock[], change: () => Promise<unknown>): Promise<number[]> {
  await site.clock.advanceAsync(QUIET_MS);
  const startMs = site.clock.monotonicMs();
  const before = new Map(locks.map(({ lockId }) => [lockId, site.gateway.rosters.wantedEpoch(lockId)]));
  await change();
  const left = new Set(locks.filter(({ lockId }) => site.gateway.rosters.wantedEpoch(lockId) !== before.get(lockId)));
  const timesMs: number[] = [];
  while (left.size > 0) {
    await site.clock.advanceAsync(LOOK_EVERY_MS);
    const tookMs = site.clock.monotonicMs() - startMs;
    assert(tookMs < PATIENCE_MS, "the locks do not come into step");
    for (const lock of left) {
      if (!hasIt(site, lock)) continue;
      left.delete(lock);
      timesMs.push(tookMs);
    }
  }
  return timesMs;
}

/** The lock has what is wanted, by its own table. */
function hasIt(site: BleSite, { lock, lockId }: AirLock): boolean {
  return lock.firmware?.inside.roster.epoch === site.gateway.rosters.wantedEpoch(lockId);
}
