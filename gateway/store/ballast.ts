import { existsSync, statfsSync } from "node:fs";
import { open, rm } from "node:fs/promises";
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

  /** Gives the room back if the disk is nearly full, takes it again once there is plenty. Rejects with StoreError. */
  async keep(): Promise<void> {
    const bytes = this.#sizeMib * MIB;
    const freeBytes = this.#freeBytes();
    const isThere = existsSync(this.#path);
    try {
      if (isThere && freeBytes < bytes / 2) await rm(this.#path, { force: true });
      if (!isThere && freeBytes > 4 * bytes) await this.#fill();
    } catch (error) {
      throw asStoreError(error, this.#path);
    }
  }

  /** A card may take seconds for it, so nothing waits. */
  async #fill(): Promise<void> {
    const file = await open(this.#path, "w", 0o600);
    try {
      const zeros = new Uint8Array(MIB);
      for (let mib = 0; mib < this.#sizeMib; mib++) await file.write(zeros);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

function freeBytesAt(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
