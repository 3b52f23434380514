import { relative } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../protocol/system-clock.ts";
import { ProgramEnded } from "../rig-tools/program-group.ts";
import { FolderInUse, StairwellFolder } from "./folder.ts";
import { hints } from "./hints.ts";
import { Progress, StepFailed } from "./progress.ts";
import { type Issuing, Stairwell } from "./stairwell.ts";
import { tour } from "./tour.ts";

const USAGE = `npm start -- [--fleet] [--once] [--keep] [--folder DIR]

  --fleet        rights are made at the backend, and the gateway holds no key that opens anything
  --once         end after the checks instead of staying up; the exit code says how they went
  --keep         go on with what the last run left; otherwise everything is made afresh
  --folder DIR   where everything is kept (default: .stairwell)
`;

interface Options {
  fleet: boolean;
  once: boolean;
  keep: boolean;
  folder: string;
}

const options = readOptions();
process.exitCode = typeof options === "number" ? options : await main(options);

/** Returns the exit code. */
async function main({ fleet, once, keep, folder: path }: Options): Promise<number> {
  const progress = new Progress(systemClock, process.stdout);
  let folder: StairwellFolder;
  try {
    folder = new StairwellFolder(path, keep);
  } catch (error) {
    if (!(error instanceof FolderInUse)) throw error;
    progress.line(error.message);
    return 1;
  }
  const stairwell = new Stairwell(systemClock, folder);
  const askedToEnd = new Promise<number>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => resolve(0));
  });
  progress.line(`Portvakt: a stairwell in ${path}/${keep ? "" : ", made afresh"}\n`);
  const exitCode = await Promise.race([
    askedToEnd,
    comeUpAndStay(progress, folder, stairwell, fleet ? "backend" : "gateway", once),
  ]);
  progress.mute();
  await stairwell.stop();
  folder.release();
  return exitCode;
}

/** Settles with the exit code when something has failed or, `once` the tour is over, at once. */
async function comeUpAndStay(
  progress: Progress,
  folder: StairwellFolder,
  stairwell: Stairwell,
  issuing: Issuing,
  once: boolean,
): Promise<number> {
  try {
    const sights = await tour(systemClock, progress, folder, stairwell, issuing);
    progress.line(`\nAll of it works. It took ${progress.elapsed}.`);
    if (once) return 0;
    progress.line();
    for (const line of hints(sights, relative("", folder.path))) progress.line(line);
    return await stairwell.programs.failure;
  } catch (error) {
    if (error instanceof ProgramEnded) progress.failure(error);
    else if (!(error instanceof StepFailed)) throw error;
    return 1;
  }
}

/** The options, or the exit code if there is nothing to do. */
function readOptions(): Options | number {
  try {
    const { values } = parseArgs({
      options: {
        fleet: { type: "boolean", default: false },
        once: { type: "boolean", default: false },
        keep: { type: "boolean", default: false },
        folder: { type: "string", default: ".stairwell" },
        help: { type: "boolean", default: false },
      },
    });
    if (!values.help) return values;
    process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
}
