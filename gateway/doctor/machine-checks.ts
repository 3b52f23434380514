import { existsSync } from "node:fs";
import type { SerialConfig } from "../config.ts";
import { TransportError } from "../transport/channel.ts";
import { attention, type Check, good, wrong } from "./check.ts";
import type { Probes } from "./probes.ts";

/** Nobody has run this before then. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);

export async function checkClock(wallMs: number, probes: Probes): Promise<Check> {
  const now = new Date(wallMs).toISOString();
  if (wallMs < EARLIEST_MS) {
    return wrong("clock", `It says ${now}, which can not be.`, "Set it, or let it follow a time server.");
  }
  switch (await probes.isClockSynchronised()) {
    case true:
      return good("clock", `It says ${now} and follows a time server.`);
    case false:
      return attention(
        "clock",
        `It says ${now} and follows no time server: locks get no time from it until it does.`,
        "Run: timedatectl set-ntp true",
      );
    case undefined:
      return attention(
        "clock",
        `It says ${now}; this machine does not tell whether that is right.`,
        "Compare it yourself.",
      );
  }
}

/** Whether the port is there, and free unless the daemon has it. */
export async function checkPort({ path, baud }: SerialConfig, isDaemonUp: boolean, probes: Probes): Promise<Check> {
  const what = `port ${path}`;
  if (isDaemonUp) {
    return existsSync(path)
      ? good(what, "It is there, and the daemon's.")
      : wrong(what, "It is not there.", "Plug the adapter in, or correct its path in the configuration.");
  }
  try {
    await probes.tryPort(path, baud);
    return good(what, "It is there, and free.");
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return wrong(what, asSentence(error.message), "Mend that, or correct its path in the configuration.");
  }
}

/** Whether the Bluetooth adapter is there; one that no lock needs may be missing. */
export function checkAdapter(name: string, isNeeded: boolean, probes: Probes): Check[] {
  const what = `Bluetooth ${name}`;
  if (probes.hasAdapter(name)) return [good(what, "It is there.")];
  if (!isNeeded) return [];
  const todo = "Plug the adapter in, or name another under [ble] in the configuration.";
  return [wrong(what, "It is not there, and there are locks on Bluetooth.", todo)];
}

function asSentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
