import { rmSync, statSync, writeFileSync } from "node:fs";
import { asStoreError, StoreError } from "./store-error.ts";

const EXPLANATION = "By this file portvakt knows whether the database beside it was put back from a backup.\n";

/** Where the mark of the last start stands in the database. */
export interface StartMark {
  read(): string | undefined;
  /**
   * Puts the mark of this start there. Into a database that does not go on from its last run it must not come without making an
   * end of every RMS: the next start, which finds it, would resume with counters of yesterday.
   */
  write(mark: string, isContinued: boolean): void;
}

/**
 * Whether the database is as its last daemon left it. One that was put back from a backup is not: its counters are of yesterday.
 * Each start leaves a file whose inode and time of change stand in the database, and no copy has both.
 */
export function continuesLastRun(mark: StartMark, path: string): boolean {
  const marker = `${path}-start`;
  try {
    const last = mark.read();
    const isContinued = last !== undefined && last === markOf(marker);
    rmSync(marker, { force: true });
    writeFileSync(marker, EXPLANATION, { mode: 0o600 });
    mark.write(markOf(marker) ?? "", isContinued);
    return isContinued;
  } catch (error) {
    const trouble = asStoreError(error, path);
    // A full disk keeps nobody from opening doors; what can not be known counts as put back. A failing one is opened anew.
    if (trouble instanceof StoreError && trouble.code !== "io") return false;
    throw trouble;
  }
}

function markOf(marker: string): string | undefined {
  const stat = statSync(marker, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.ino}-${stat.ctimeNs}`;
}
