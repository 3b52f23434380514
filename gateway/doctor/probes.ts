import { execFile } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../protocol/clock.ts";
import { serialLineOpener } from "../transport/serial-line.ts";

/** Where Linux lists its Bluetooth adapters. */
const ADAPTERS = "/sys/class/bluetooth";

/** What the doctor asks of the machine. */
export interface Probes {
  /** Room for this user on the disk that holds the path. */
  freeBytes(path: string): number;
  /** Whether the wall clock follows a time server; undefined if this machine can not tell. */
  isClockSynchronised(): Promise<boolean | undefined>;
  /** Opens the port and lets it go. Rejects with TransportError and a sentence. */
  tryPort(path: string, baud: number): Promise<void>;
  /** Whether the kernel has this Bluetooth adapter: hci0, for example. */
  hasAdapter(name: string): boolean;
}

export function machineProbes(clock: Clock): Probes {
  return {
    freeBytes: (path) => {
      const { bavail, bsize } = statfsSync(path);
      return bavail * bsize;
    },
    isClockSynchronised: async () => {
      const answer = await output("timedatectl", ["show", "--property=NTPSynchronized", "--value"]);
      return answer === "yes" ? true : answer === "no" ? false : undefined;
    },
    tryPort: async (path, baud) => {
      const line = await serialLineOpener(path, baud, clock)({ bytes() {}, lost() {} });
      await line.close();
    },
    hasAdapter: (name) => existsSync(join(ADAPTERS, name)),
  };
}

/** Undefined if the program is not there or fails. */
function output(program: string, args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 5_000 }, (error, stdout) => resolve(error ? undefined : stdout.trim()));
  });
}
