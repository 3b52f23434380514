import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Clock } from "../protocol/clock.ts";
import type { Random } from "../protocol/random.ts";
import { buildHardware, type LockHardware } from "./build-hardware.ts";
import type { BoltPlace } from "./hardware/bolt.ts";
import { FileFlash, FlashFileError } from "./hardware/file-flash.ts";
import { KeptFile } from "./hardware/kept-file.ts";
import type { RtcSetting } from "./hardware/rtc.ts";
import { becomeSoleUser } from "./sole-user.ts";

/** The data directory can not be used. The message is one sentence. */
export class DataDirError extends Error {
  override readonly name = "DataDirError";
}

/** Makes the directory if it is not there, and keeps other emulators out of it. Throws DataDirError. */
export async function takeDataDir(dir: string): Promise<void> {
  // Where nothing can be made, as below /proc, a recursive mkdir of Node.js may try for ever.
  inDir(dir, () => mkdirSync(dir, { recursive: existsSync(dir) || !existsSync(dirname(dir)), mode: 0o700 }));
  if (!(await becomeSoleUser(dir))) throw new DataDirError(`another lock-sim uses the data directory ${dir}`);
}

/**
 * A lock's hardware on files: `flash.bin`, `rtc.json` (the clock has a cell of its own) and `bolt.json` (where the bolt is). What
 * they hold outlives the process as the parts outlive a loss of power. The directory is there. Throws DataDirError.
 */
export function openHardware(dir: string, clock: Clock, random: Random): LockHardware<FileFlash> {
  return inDir(dir, () => {
    return buildHardware(clock, {
      flash: FileFlash.open(join(dir, "flash.bin"), random),
      rtc: new KeptFile<RtcSetting>(join(dir, "rtc.json")),
      bolt: new KeptFile<BoltPlace>(join(dir, "bolt.json")),
    });
  });
}

/** Prints the label onto the lock: into `label.txt`. Throws DataDirError. */
export function printLabel(dir: string, label: string): void {
  inDir(dir, () => writeFileSync(join(dir, "label.txt"), `${label}\n`, { mode: 0o600 }));
}

function inDir<T>(dir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FlashFileError) throw new DataDirError(error.message);
    if (!isDiskError(error)) throw error;
    throw new DataDirError(`cannot use the data directory ${dir}: ${describeDiskError(error)}`);
  }
}

/** Whether the file system refused something: the hardware on files writes for as long as the lock runs. */
export function isDiskError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}

export function describeDiskError({ code }: NodeJS.ErrnoException): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return "no permission";
    case "EEXIST":
    case "ENOTDIR":
      return "it is no directory";
    case "ENOENT":
      return "no directory can be made there";
    case "EROFS":
      return "the disk is read-only";
    case "ENOSPC":
      return "the disk is full";
    default:
      return code ?? "unknown error";
  }
}
