import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Database } from "../../../gateway/store/database.ts";
import { systemClock } from "../../../protocol/system-clock.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { fastFolder } from "../fast-folder.ts";
import { buildLibrary, NO_COMPILER } from "../library.ts";
import { checkImage } from "./check-image.ts";
import { DiskModel } from "./disk-model.ts";
import { contentHash } from "./evidence.ts";
import { Promises } from "./promises.ts";
import { recordDay } from "./record-day.ts";
import { type DiskChange, readWriteLog } from "./write-log.ts";

const LYING_IMAGES_MAX = 100;

/**
 * `crash:images [--images N] [--seed N]`: records what the daemon writes on a day, and starts on N disks as power cuts at
 * random moments of it could have left them.
 */
const { values } = parseArgs({
  options: { images: { type: "string", default: "500" }, seed: { type: "string", default: "1" } },
});
const [images, seed] = [Number(values.images), Number(values.seed)];
const folder = fastFolder("images");
const [logFile, imageFolder] = [join(folder, "writes.log"), join(folder, "image")];
const empty = emptyContent();
const library = buildLibrary(folder);
if (library === undefined) {
  process.stdout.write(`${NO_COMPILER}\n`);
} else {
  await recordDay(systemClock, library, logFile);
  process.exitCode = (await replay(readWriteLog(logFile))) ? 0 : 1;
}
if (!process.exitCode) rmSync(folder, { recursive: true });

async function replay(changes: DiskChange[]): Promise<boolean> {
  const beganAtMs = systemClock.monotonicMs();
  const { promises, trouble } = await cutPower(changes, images);
  const seconds = (systemClock.monotonicMs() - beganAtMs) / 1000;
  if (trouble !== undefined) {
    process.stdout.write(`seed ${seed}, ${trouble}\nit lies in ${imageFolder}, the day in ${logFile}\n`);
    return false;
  }
  process.stdout.write(
    `seed ${seed}: ${images} power cuts in a day of ${changes.length} changes and ${promises.count} promises in ` +
      `${seconds.toFixed(1)} s (${Math.round(images / seconds)}/s): every promise kept, nothing half\n`,
  );
  const lying = changes.filter(({ kind }) => kind !== "sync");
  const isFound = (await cutPower(lying, LYING_IMAGES_MAX)).trouble !== undefined;
  process.stdout.write(
    isFound ? "a disk that never syncs is found out\n" : "a disk that never syncs is not found out\n",
  );
  return isFound;
}

/** Cuts the power at random moments, in order, until something is wrong. */
async function cutPower(changes: DiskChange[], count: number): Promise<{ promises: Promises; trouble?: string }> {
  const random = new SeededRandom(seed);
  const promises = new Promises(changes, empty);
  const parts = { clock: systemClock, random, promises, folder: imageFolder };
  const cuts = Array.from({ length: count }, () => random.below(changes.length + 1)).sort((a, b) => a - b);
  const disk = new DiskModel();
  let applied = 0;
  for (const [i, cut] of cuts.entries()) {
    while (applied < cut) disk.apply(changes[applied++]!);
    rmSync(imageFolder, { recursive: true, force: true });
    try {
      await checkImage(parts, disk.afterPowerCut(random), cut);
    } catch (error) {
      return { promises, trouble: `image ${i}, after change ${cut} of ${changes.length}: ${error}` };
    }
  }
  return { promises };
}

function emptyContent(): string {
  const database = Database.open(join(folder, "empty.db"));
  try {
    return contentHash(database);
  } finally {
    database.close();
  }
}
