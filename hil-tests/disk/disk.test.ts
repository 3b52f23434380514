import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { NO_COMPILER } from "./library.ts";

/** Runs one of the commands of this folder to its end and shows what it found. */
function run(t: TestContext, command: string, ...args: string[]): void {
  const main = fileURLToPath(new URL(`${command}/main.js`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--enable-source-maps", main, ...args], {
    encoding: "utf8",
  });
  if (stdout.includes(NO_COMPILER)) t.skip(NO_COMPILER);
  for (const line of stdout.trim().split("\n")) t.diagnostic(line);
  assert.equal(status, 0, `${stdout}\n${stderr}`);
}

test("whichever write fails, doors open, and what was promised holds when the disk is mended", (t) =>
  run(t, "writes", "--first", "160", "--every", "400", "--workers", "1"));

test("whenever the power goes, the disk holds what was promised and nothing half", (t) =>
  run(t, "images", "--images", "40"));
