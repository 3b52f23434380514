import type { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { UnsyncedFile } from "./unsynced-file.ts";
import type { DiskChange } from "./write-log.ts";

type NameChange = (names: Map<string, UnsyncedFile>) => void;

/**
 * A folder on a disk that keeps only what was synced: the bytes of a file with the file, its name with the folder. Everything
 * else a power cut may leave or take, in any order.
 */
export class DiskModel {
  readonly #names = new Map<string, UnsyncedFile>();
  #syncedNames = new Map<string, UnsyncedFile>();
  #nameChanges: NameChange[] = [];

  apply(change: DiskChange): void {
    const { path } = change;
    switch (change.kind) {
      case "create": {
        const file = new UnsyncedFile();
        this.#rename((names) => names.set(path, file));
        return;
      }
      case "rename":
      case "link": {
        const file = this.#file(path);
        this.#rename((names) => {
          names.set(change.to, file);
          if (change.kind === "rename") names.delete(path);
        });
        return;
      }
      case "unlink":
        this.#rename((names) => names.delete(path));
        return;
      case "sync":
        if (path === "") this.#syncNames();
        else this.#file(path).sync();
        return;
      case "failed-sync":
        this.#file(path).failSync();
        return;
      case "write":
      case "truncate":
        this.#file(path).change(change);
        return;
    }
  }

  /** What stands in the folder after a power cut now, by name. */
  afterPowerCut(random: SeededRandom): Map<string, Uint8Array> {
    const names = new Map(this.#syncedNames);
    const inOrder = random.below(this.#nameChanges.length + 1);
    const isInOrder = random.below(2) === 0;
    for (const [i, change] of this.#nameChanges.entries()) {
      if (isInOrder ? i < inOrder : random.below(2) === 0) change(names);
    }
    return new Map([...names].map(([name, file]) => [name, file.afterPowerCut(random)]));
  }

  #rename(change: NameChange): void {
    change(this.#names);
    this.#nameChanges.push(change);
  }

  #syncNames(): void {
    this.#syncedNames = new Map(this.#names);
    this.#nameChanges = [];
  }

  #file(path: string): UnsyncedFile {
    const file = this.#names.get(path);
    if (!file) throw new Error(`there is no ${path}`);
    return file;
  }
}
