#!/usr/bin/env node
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { opensslSuite } from "../crypto/openssl.ts";
import { systemClock } from "../protocol/system-clock.ts";
import { systemRandom } from "../protocol/system-random.ts";
import type { CliIo } from "./cli/io.ts";
import { runCli } from "./cli/program.ts";
import { loadConfigToRun } from "./config.ts";
import { keepYoungSpaceSmall } from "./young-space.ts";

const { version } = JSON.parse(readFileSync(new URL(import.meta.resolve("#package")), "utf8")) as { version: string };

// Whoever reads our output may stop reading, as `head` does: nothing is wrong then.
process.stdout.on("error", (error) => {
  if ("code" in error && error.code === "EPIPE") process.exit(0);
  throw error;
});

const io: CliIo = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  write: async (chunk) => {
    if (!process.stdout.write(chunk)) await once(process.stdout, "drain");
  },
  stdin: process.stdin,
  fetch,
  clock: systemClock,
  random: systemRandom,
  suite: opensslSuite,
  version,
  runDaemon,
  diagnose: async (options) => {
    const { diagnose } = await import("./doctor/diagnose.ts");
    const { machineProbes } = await import("./doctor/probes.ts");
    return diagnose(options, io, machineProbes(systemClock));
  },
};
process.exitCode = await runCli(process.argv.slice(2), io);

async function runDaemon(configFile: string | undefined): Promise<void> {
  const config = loadConfigToRun(configFile, process.cwd());
  const stopping = new AbortController();
  // Once: a second signal ends the process at once.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
  keepYoungSpaceSmall();
  const { run } = await import("./run.ts");
  await run(config, {
    clock: systemClock,
    random: systemRandom,
    version,
    stop: stopping.signal,
    crash: (error) => {
      queueMicrotask(() => {
        throw error;
      });
    },
  });
  // Everything has ended but noble, which looks after its adapters for good.
  process.exit();
}
