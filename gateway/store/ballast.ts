import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { asStoreError } from "./store-error.ts";

const MIB = 2 ** 20;

/** A file of zeros that takes room on the disk until somebody else has filled the rest: SQLite can free nothing on a full disk. */
export class Ballast {
  readonly #path: string;
  readonly #sizeMib: number;
  readonly #freeBytes: () => number;

  constructor(path: string, sizeMib: number, freeBytes = () => freeBytesAt(dirname(path))) {
    this.#path = path;
    this.#sizeMib = sizeMib;
    this.#freeBytes = freeBytes;
  }

  /** Gives the room back if the disk is nearly full, takes it again once there is plenty. Throws StoreError. */
  keep(): void {
    const bytes = this.#sizeMib * MIB;
    const freeBytes = this.#freeBytes();
    const isThere = existsSync(this.#path);
    try {
      if (isThere && freeBytes < bytes / 2) rmSync(this.#path, { force: true });
      if (!isThere && freeBytes > 4 * bytes) this.#fill();
    } catch (error) {
      throw asStoreError(error, this.#path);
    }
  }

  #fill(): void {
    const file = openSync(this.#path, "w", 0o600);
    try {
      const zeros = new Uint8Array(MIB);
      for (let mib = 0; mib < this.#sizeMib; mib++) writeSync(file, zeros);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}

function freeBytesAt(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
