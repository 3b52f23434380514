import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { FAULT_KINDS, type Fault, faultsMade, setFault } from "../fault.ts";
import { FailingDay } from "./failing-day.ts";

/**
 * `worker --folder F --receivers R --first N --every N`: days on the watched folder F, one after the other; in each another change fails,
 * once or from then on, until a day has fewer changes than that. The receivers' files lie on a good disk. Prints one line at the end.
 */
const { values } = parseArgs({
  options: {
    folder: { type: "string", default: "" },
    receivers: { type: "string", default: "" },
    first: { type: "string", default: "1" },
    every: { type: "string", default: "1" },
  },
});
const folder = values.folder;

/** Whatever nobody waited for: the daemon would have ended there. */
const crashes: unknown[] = [];
process.on("unhandledRejection", (error) => crashes.push(error));

let days = 0;
let refusals = 0;
let faults = 0;
for (let nth = Number(values.first); ; nth += Number(values.every)) {
  let hadEnough = false;
  for (const kind of FAULT_KINDS) {
    for (const lasts of ["once", "on"] as const) {
      const made = await oneDay({ kind, nth, lasts });
      if (made === 0) hadEnough = true;
    }
  }
  if (hadEnough) break;
}
process.stdout.write(`${JSON.stringify({ days, faults, refusals })}\n`);

/** Returns how often something went wrong. */
async function oneDay(fault: Fault): Promise<number> {
  const name = `${fault.kind}-${fault.nth}-${fault.lasts}`;
  let made = 0;
  const day = new FailingDay(join(folder, name), join(values.receivers, name), {
    begin: () => setFault(folder, fault),
    mend: () => {
      made += faultsMade(folder);
      setFault(folder, undefined);
    },
  });
  try {
    refusals += (await day.live()).refusals;
    if (crashes.length > 0) throw crashes[0];
  } catch (error) {
    throw new Error(`change ${fault.nth}, ${fault.kind}, ${fault.lasts}`, { cause: error });
  }
  days++;
  faults += made;
  rmSync(join(folder, name), { recursive: true });
  rmSync(join(values.receivers, name));
  return made;
}
