import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

/**
 * Writes the file's own bytes over themselves and syncs them; does nothing if there is no such file.
 *
 * After a sync has failed, the kernel holds as clean what never reached the disk: every reader sees it, the next sync has
 * nothing to do and says so, and a power cut takes it away. Only what is written again is synced again.
 */
export function writeAnew(path: string): void {
  const bytes = contentOf(path);
  if (!bytes) return;
  const file = openSync(path, "r+");
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, done);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function contentOf(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
