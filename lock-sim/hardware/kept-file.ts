import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Kept } from "./kept.ts";

/** Kept as JSON in a file of its own, which is replaced as a whole: whoever kills the process finds the old or the new value. */
export class KeptFile<T extends object> implements Kept<T> {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Undefined also for a file that holds no JSON: what a part forgot. */
  read(): T | undefined {
    try {
      return JSON.parse(readFileSync(this.#path, "utf8"));
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  write(value: T | undefined): void {
    if (value === undefined) {
      rmSync(this.#path, { force: true });
      return;
    }
    const beside = `${this.#path}.new`;
    writeFileSync(beside, JSON.stringify(value));
    renameSync(beside, this.#path);
  }
}
