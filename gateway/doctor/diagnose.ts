import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ClientOptions, CliIo } from "../cli/io.ts";
import { type Config, loadConfig } from "../config.ts";
import { ConfigError } from "../config-table.ts";
import { type Check, good, wrong } from "./check.ts";
import { checkDaemon } from "./daemon-checks.ts";
import { checkDatabase, checkDirectory, checkKeys, checkNoKeys, checkRoom } from "./data-checks.ts";
import { checkAdapter, checkClock, checkPort } from "./machine-checks.ts";
import type { Probes } from "./probes.ts";

/** Looks at everything that the daemon needs, whether it runs or not; changes nothing. */
export async function diagnose(options: ClientOptions, io: CliIo, probes: Probes): Promise<Check[]> {
  let config: Config;
  try {
    config = loadConfig(options.config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [wrong("configuration", `${error.message}.`, "Correct it: nothing else can be checked before.")];
  }
  const daemon = await checkDaemon(options, io);
  const ports = await Promise.all(config.serial.map((port) => checkPort(port, daemon.isUp, probes)));
  return [
    good("configuration", `${options.config ?? "The defaults"} can be read.`),
    ...checkData(config, probes),
    await checkClock(io.clock.wallMs(), probes),
    ...ports,
    ...config.ble.adapters.flatMap((name) => checkAdapter(name, daemon.hasLocksOnBle, probes)),
    ...daemon.checks,
  ];
}

function checkData({ data: path, fleet }: Config, probes: Probes): Check[] {
  const directory = checkDirectory(path);
  const database = join(path, "portvakt.db");
  if (!existsSync(database)) return [directory];
  const keys = fleet ? checkNoKeys(path) : checkKeys(path);
  return [directory, keys, checkRoom(path, probes.freeBytes(path)), checkDatabase(database)];
}
