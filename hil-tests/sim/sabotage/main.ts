import { BUGS } from "./bugs.ts";
import { hunt } from "./hunt.ts";
import { line } from "./report.ts";

const AT_ONCE = 2;

let notFound = 0;
const waiting = [...BUGS];

async function work(): Promise<void> {
  for (let bug = waiting.shift(); bug; bug = waiting.shift()) {
    const find = await hunt(bug, { from: 1, to: bug.seedsMax });
    if (!find) notFound++;
    process.stdout.write(`${line(bug, find)}\n`);
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
process.stdout.write(`${BUGS.length - notFound} of ${BUGS.length} bugs found\n`);
process.exitCode = notFound === 0 ? 0 : 1;
