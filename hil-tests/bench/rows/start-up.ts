import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../rig-tools/free-port.ts";
import { PROGRAMS, Program } from "../../rig-tools/program.ts";
import type { Bench, Row } from "../row.ts";
import { spread } from "../statistics.ts";

const STARTS_MAX = 10;

export const startUp: Row = {
  name: "start-up",
  how:
    "From starting the process to the line that says that it listens. The first start, which makes keys and tables, does " +
    "not count.",

  async measure(bench) {
    const { directory } = bench;
    const config = join(directory, "portvakt.toml");
    const data = JSON.stringify(join(directory, "gateway"));
    writeFileSync(config, `data = ${data}\n[api]\nlisten = "127.0.0.1:${await freePort()}"\n`);
    const daemon = () => timeToFirstLine(bench, PROGRAMS.gateway, ["run", "--config", config]);
    const lock = () =>
      timeToFirstLine(bench, PROGRAMS.lock, ["--tcp", "127.0.0.1:0", "--data", join(directory, "lock")]);
    return [
      { id: "daemon", what: "gateway's daemon", unit: "ms", measured: spread(await starts(bench, daemon)) },
      { id: "lock", what: "emulated lock", unit: "ms", measured: spread(await starts(bench, lock)) },
    ];
  },
};

async function starts({ effort }: Bench, start: () => Promise<number>): Promise<number[]> {
  await start();
  const timesMs: number[] = [];
  while (timesMs.length < Math.min(STARTS_MAX, effort.rounds)) timesMs.push(await start());
  return timesMs;
}

async function timeToFirstLine({ clock }: Bench, script: string, args: string[]): Promise<number> {
  const startMs = clock.monotonicMs();
  const program = new Program(clock, "started", script, args);
  await program.firstLine();
  const elapsedMs = clock.monotonicMs() - startMs;
  await program.stop();
  return elapsedMs;
}
