import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("main.js", import.meta.url));
const COLUMNS = 80;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portvakt-stairwell-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function stairwell(...args: string[]): { exitCode: number | null; shown: string } {
  const command = ["--enable-source-maps", MAIN, "--once", "--folder", folder, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  return { exitCode: status, shown: stdout + stderr };
}

test("a stairwell comes up over serial lines and the virtual radio, and an unlocking goes all the way to its receipt; twice", () => {
  const fresh = stairwell();
  assert.equal(fresh.exitCode, 0, fresh.shown);
  const ticks = fresh.shown.split("\n").filter((line) => line.startsWith(" ✓ "));
  assert.equal(ticks.length, 11, fresh.shown);
  assert.ok(ticks.every((line) => line.length <= COLUMNS));
  assert.match(fresh.shown, /bolt drawn .*\n.*chain good, head signed .*\n.*the receipt is back at the lock/);

  const kept = stairwell("--keep");
  assert.equal(kept.exitCode, 0, kept.shown);
  assert.equal(kept.shown.match(/was paired before/g)?.length, 4, kept.shown);
});

test("in a fleet's stairwell a resident's order, signed at the backend, opens, and a visitor's revoked grant does not", () => {
  const { exitCode, shown } = stairwell("--fleet");
  assert.equal(exitCode, 0, shown);
  const ticks = shown.split("\n").filter((line) => line.startsWith(" ✓ "));
  assert.equal(ticks.length, 13, shown);
  assert.ok(ticks.every((line) => line.length <= COLUMNS));
  assert.match(shown, /gateway runs without keys.*resident's order: bolt drawn.*refuses that order/s);
});

test("a folder in which a stairwell is up is left alone", () => {
  writeFileSync(join(folder, "stairwell.pid"), `${process.pid}\n`);
  const { exitCode, shown } = stairwell();
  assert.equal(exitCode, 1);
  assert.match(shown, /belongs to a stairwell that is up/);
  assert.ok(existsSync(join(folder, "stairwell.pid")));
});

test("an option that there is not gets the usage and exit code 2", () => {
  const { exitCode, shown } = stairwell("--twice");
  assert.equal(exitCode, 2);
  assert.match(shown, /npm start -- /);
});
