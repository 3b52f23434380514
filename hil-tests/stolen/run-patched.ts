import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { withPatchedBuild } from "../patched-build/patched-build.ts";
import type { Attack } from "./attack.ts";
import type { Outcome } from "./run-attack.ts";
import type { Theft } from "./site/theft.ts";
import { packTheft } from "./site/theft-file.ts";

const THEFT_FILE = "theft.bin";
const ATTACK_MS_MAX = 120_000;

/** The folder that the build is in: dist/ as it was compiled, with this very module in it. */
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const run = promisify(execFile);

/** Tries the attack on programs without its guards, in a process of its own. */
export async function runPatched(attack: Attack, theft: Theft, seed: number): Promise<Outcome> {
  return withPatchedBuild(ROOT, attack.patches, async (folder) => {
    const args = [join(folder, "dist/hil-tests/stolen/try.js"), "--attack", attack.name, "--seed", `${seed}`];
    if (!attack.isMissedFromTheStart) {
      writeFileSync(join(folder, THEFT_FILE), packTheft(theft));
      args.push("--theft", join(folder, THEFT_FILE));
    }
    try {
      const { stdout } = await run(process.execPath, args, { timeout: ATTACK_MS_MAX });
      return JSON.parse(stdout) as Outcome;
    } catch (error) {
      return { broken: [], crash: describe(error) };
    }
  });
}

/** The line of a stack trace that says what went wrong. */
function describe(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error).split("\n");
  return lines.find((line) => /^\w*Error/.test(line)) ?? lines[0] ?? "";
}
