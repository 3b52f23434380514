import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import type { Clock } from "../../../protocol/clock.ts";
import { systemClock } from "../../../protocol/system-clock.ts";
import { Ledger } from "../../crash/ledger.ts";
import { addGrant, newGrant } from "../../crash/trials.ts";
import { World } from "../../crash/world.ts";
import { ApiError } from "../../rig-tools/json-api.ts";
import { frailDisk, type MountedDisk, smallDisk } from "./mounted-disk.ts";

/** A disk that is full still has room in pages that it gave before. */
const GRANTS_MAX = 200;
const STORE_FAILED = 507;

/** `crash:disk`: a daemon on a disk that fills up, and on one that turns read-only under it. It takes root. */
if (process.getuid?.() !== 0) {
  process.stdout.write("skipped: only root can mount a disk\n");
} else {
  await trial(systemClock, "a full disk", smallDisk, /no room left on the disk/, "while it runs");
  await trial(
    systemClock,
    "a read-only disk",
    frailDisk,
    /the disk failed while|can not be opened for writing/,
    "while it is down",
  );
}

async function trial(
  clock: Clock,
  name: string,
  makeDisk: (folder: string) => MountedDisk,
  sentence: RegExp,
  mended: "while it runs" | "while it is down",
): Promise<void> {
  let disk: MountedDisk | undefined;
  const world = await World.start(clock, (data) => {
    disk = makeDisk(data);
    return {};
  });
  assert(disk);
  try {
    const ledger = new Ledger();
    ledger.reset((await world.lock.state()).generation);
    await world.finishPairing();
    await (await addGrant.begin(world, ledger)).check();
    await world.unlock(ledger);
    disk.spoil();
    const refusal = await untilRefused(world);
    assert.match(refusal.message, sentence);
    await world.unlock(ledger);
    await world.unlock(ledger);
    if (mended === "while it runs") {
      // A full disk keeps nobody from opening doors, after a power cut either.
      await world.crashGateway();
      await world.unlock(ledger);
      disk.mend();
      await newGrant(world);
      await world.crashGateway();
    } else {
      await world.crashGateway(() => disk?.mend());
      await newGrant(world);
    }
    await world.unlock(ledger);
    ledger.check(await world.settle());
    await world.checkGrants();
    process.stdout.write(`${name}: refused in a sentence (${refusal.status}), doors opened, nothing was lost\n`);
  } finally {
    await world.close({ keepFolder: true });
    disk.unmount();
    rmSync(world.folder, { recursive: true });
  }
}

/** Asks for grants until the disk does not take one. */
async function untilRefused(world: World): Promise<ApiError> {
  for (let i = 0; i < GRANTS_MAX; i++) {
    try {
      await newGrant(world);
    } catch (error) {
      assert(error instanceof ApiError && error.status === STORE_FAILED, `${error}`);
      return error;
    }
  }
  throw new Error("the disk takes everything");
}
