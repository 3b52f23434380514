import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { systemClock } from "../../../protocol/system-clock.ts";
import { fastFolder } from "../fast-folder.ts";
import { buildLibrary, NO_COMPILER } from "../library.ts";

const WORKER = fileURLToPath(new URL("worker.js", import.meta.url));

interface Figures {
  days: number;
  faults: number;
  refusals: number;
}

/**
 * `crash:writes [--first N] [--every N] [--workers N]`: a gateway's day again and again; in each one another write, sync or change
 * of a name fails with a full disk, a failing one, a read-only one or half a write, once or from then on.
 */
const { values } = parseArgs({
  options: {
    first: { type: "string", default: "1" },
    every: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
  },
});
const [first, every, workers] = [Number(values.first), Number(values.every), Number(values.workers)];
const folder = fastFolder("writes");
const library = buildLibrary(folder);
if (library === undefined) {
  process.stdout.write(`${NO_COMPILER}\n`);
} else {
  const beganAtMs = systemClock.monotonicMs();
  const runs = await Promise.all(Array.from({ length: workers }, (_, i) => work(library, i)));
  const seconds = (systemClock.monotonicMs() - beganAtMs) / 1000;
  const sum = (member: keyof Figures) => runs.reduce((total, run) => total + (run?.[member] ?? 0), 0);
  process.stdout.write(
    `${sum("days")} days with ${sum("faults")} failures of the disk in ${seconds.toFixed(0)} s: ` +
      `${sum("refusals")} requests or starts refused, every door opened, nothing promised was lost\n`,
  );
  process.exitCode = runs.every((run) => run !== undefined) ? 0 : 1;
}
rmSync(folder, { recursive: true });

/** Undefined if a day went badly; what was wrong has been printed then. */
async function work(preload: string, worker: number): Promise<Figures | undefined> {
  const [disk, receivers] = [join(folder, `disk-${worker}`), join(folder, `receivers-${worker}`)];
  mkdirSync(disk);
  mkdirSync(receivers);
  const places = ["--folder", disk, "--receivers", receivers];
  const share = ["--first", `${first + worker * every}`, "--every", `${workers * every}`];
  const child = spawn(process.execPath, ["--enable-source-maps", WORKER, ...places, ...share], {
    env: { ...process.env, LD_PRELOAD: preload, DISK_FOLDER: disk },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return code === 0 ? (JSON.parse(printed) as Figures) : undefined;
}
