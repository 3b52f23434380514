import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The folder belongs to a stairwell that is still up. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
}

/** Where a stairwell keeps everything: one folder, for one stairwell at a time. All paths are absolute. */
export class StairwellFolder {
  readonly path: string;

  /** Empties the folder unless `keep`. Throws FolderInUse. */
  constructor(path: string, keep: boolean) {
    this.path = resolve(path);
    const owner = this.#runningOwner();
    if (owner !== undefined) {
      throw new FolderInUse(`${path} belongs to a stairwell that is up (process ${owner}): end that one first`);
    }
    if (!keep) rmSync(this.path, { recursive: true, force: true });
    rmSync(this.#linesFolder, { recursive: true, force: true });
    for (const folder of [this.#linesFolder, this.logsFolder]) mkdirSync(folder, { recursive: true });
    writeFileSync(this.#ownerFile, `${process.pid}\n`);
  }

  get configFile(): string {
    return join(this.path, "portvakt.toml");
  }

  get gatewayData(): string {
    return join(this.path, "gateway");
  }

  get eventsFile(): string {
    return join(this.path, "backend", "events.jsonl");
  }

  /** Of the issuer at the backend, with its key. */
  get issuerData(): string {
    return join(this.path, "backend", "issuer");
  }

  lockData(name: string): string {
    return join(this.path, "locks", name);
  }

  get logsFolder(): string {
    return join(this.path, "logs");
  }

  logFile(name: string): string {
    return join(this.logsFolder, `${name}.log`);
  }

  /** A path for the serial port that stays the same from run to run. */
  nameLine(name: string, device: string): string {
    const path = join(this.#linesFolder, name);
    symlinkSync(device, path);
    return path;
  }

  /** Lets another stairwell have the folder. */
  release(): void {
    rmSync(this.#ownerFile, { force: true });
  }

  get #linesFolder(): string {
    return join(this.path, "lines");
  }

  get #ownerFile(): string {
    return join(this.path, "stairwell.pid");
  }

  #runningOwner(): number | undefined {
    try {
      const pid = Number(readFileSync(this.#ownerFile, "utf8"));
      process.kill(pid, 0);
      return pid;
    } catch {
      // No such file, or no such process: the folder is free.
      return undefined;
    }
  }
}
