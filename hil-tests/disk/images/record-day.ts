import { fileURLToPath } from "node:url";
import type { Clock } from "../../../protocol/clock.ts";
import { Ledger } from "../../crash/ledger.ts";
import { addGrant, revokeGrant } from "../../crash/trials.ts";
import { World } from "../../crash/world.ts";
import { NOTES } from "./promises.ts";

const NOTES_MODULE = fileURLToPath(new URL("promise-notes.js", import.meta.url));

/**
 * A day of the real daemon with its disk watched: first start, pairing, grants, unlockings, events and their receipts, a
 * revocation, a stop and a start, a kill and a start, a second pairing. Every change to the data directory is in `logFile`.
 */
export async function recordDay(clock: Clock, library: string, logFile: string): Promise<void> {
  const world = await World.start(clock, (data) => ({
    environment: { LD_PRELOAD: library, DISK_FOLDER: data, DISK_LOG: logFile, PROMISE_NOTES: `${data}/${NOTES}` },
    preload: NOTES_MODULE,
  }));
  try {
    const ledger = new Ledger();
    await world.finishPairing();
    await inTurn([addGrant, addGrant], world, ledger);
    await world.unlock(ledger);
    await world.settle();
    await world.restartGateway();
    await inTurn([revokeGrant], world, ledger);
    await world.unlock(ledger);
    await world.crashGateway();
    await world.unlock(ledger);
    await world.lock.rig.post("/v1/factory-reset");
    await world.finishPairing();
    await world.unlock(ledger);
    await world.settle();
  } finally {
    await world.close({ keepFolder: false });
  }
}

async function inTurn(trials: (typeof addGrant)[], world: World, ledger: Ledger): Promise<void> {
  for (const trial of trials) await (await trial.begin(world, ledger)).check();
}
