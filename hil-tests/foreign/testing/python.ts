import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Says why a test of the foreign implementation is left out, if it is. */
export const skip = spawnSync("python3", ["--version"]).status !== 0 && "skipped: python3 not found";

/** Options of every run: leave no compiled files beside the scripts. */
export const PYTHON = ["-B"];

export function foreignScript(name: string): string {
  return fileURLToPath(new URL(`hil-tests/foreign/${name}`, import.meta.resolve("#package")));
}
