import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("hil-tests/disk/watched-disk.c", import.meta.resolve("#package")));

export const NO_COMPILER = "skipped: no C compiler";

/** Builds the library that watches and fails a disk, in `folder`. Returns its path, or undefined where there is no C compiler. */
export function buildLibrary(folder: string): string | undefined {
  const library = join(folder, "watched-disk.so");
  const { error, status, stderr } = spawnSync("cc", ["-O1", "-shared", "-fPIC", "-o", library, SOURCE], {
    encoding: "utf8",
  });
  if (error && "code" in error && error.code === "ENOENT") return undefined;
  if (status !== 0) throw new Error(`${SOURCE} does not compile: ${stderr}`);
  return library;
}
