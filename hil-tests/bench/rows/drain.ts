import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Drained } from "../drain/drain.ts";
import type { Row } from "../row.ts";

const MAIN = fileURLToPath(new URL("../drain/main.js", import.meta.url));
const MIB = 2 ** 20;

export const drain: Row = {
  name: "drain",
  how:
    "A backlog of events of a hundred locks, delivered in batches of 100 to a backend in the same process that has " +
    "everything at once: what the outbox itself costs, its marks included, each durable before the lock's next batch. The " +
    "memory is the largest that the process ever had. `--drain 10000000` measures ten million events.",

  async measure({ effort, directory }) {
    const path = join(directory, "drain.db");
    const run = promisify(execFile);
    await run(process.execPath, [MAIN, "--fill", path, "--events", String(effort.drainEvents)]);
    const { stdout } = await run(process.execPath, [MAIN, "--drain", path]);
    const { events, ms, peakRssBytes } = JSON.parse(stdout) as Drained;
    const single = (value: number) => ({ kind: "single", value }) as const;
    return [
      { id: "events", what: "events drained", unit: "events", measured: single(events) },
      { id: "rate", what: "drain to nowhere", unit: "per second", measured: single((1000 * events) / ms) },
      {
        id: "memory",
        what: "most memory during the drain",
        unit: "MiB",
        measured: single(peakRssBytes / MIB),
        aim: { atMost: 150 },
      },
    ];
  },
};
