import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { withPatchedBuild } from "../../patched-build/patched-build.ts";
import type { Bug } from "./bug.ts";
import type { Find } from "./find.ts";

const HUNT_MS_MAX = 300_000;

/** The folder that the build is in: dist/ as it was compiled, with this very module in it. */
const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const run = promisify(execFile);

/** Simulates the system with the bug in it, for these seeds in turn, until an invariant breaks; undefined if none does. */
export async function hunt(bug: Bug, seeds: { from: number; to: number }): Promise<Find | undefined> {
  return withPatchedBuild(ROOT, bug.patches, async (folder) => {
    const script = join(folder, "dist/hil-tests/sim/sabotage/try-seeds.js");
    const args = [script, "--from", `${seeds.from}`, "--to", `${seeds.to}`];
    const { stdout } = await run(process.execPath, args, { timeout: HUNT_MS_MAX });
    return stdout === "" ? undefined : (JSON.parse(stdout) as Find);
  });
}
