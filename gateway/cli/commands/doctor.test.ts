import assert from "node:assert/strict";
import { test } from "node:test";
import type { Check } from "../../doctor/check.ts";
import { cliFixture } from "../testing/cli-fixture.ts";

const CHECKS: Check[] = [
  { what: "data", state: "good", sentence: "/data is its owner's alone." },
  { what: "clock", state: "attention", sentence: "It follows no time server.", todo: "Run: timedatectl set-ntp true" },
  { what: "daemon", state: "wrong", sentence: "It does not run.", todo: "Start it: portvakt run" },
];

test("each check is a line with its mark, and what to do below it", async (t) => {
  const { portvakt, io } = cliFixture(t);
  io.diagnose = async () => CHECKS;
  const { exitCode, out, err } = await portvakt("doctor");
  assert.deepEqual(out, [
    "✓ data: /data is its owner's alone.",
    "! clock: It follows no time server.",
    "  → Run: timedatectl set-ntp true",
    "✗ daemon: It does not run.",
    "  → Start it: portvakt run",
  ]);
  assert.deepEqual([exitCode, err], [1, ["error: one thing is wrong"]]);
});

test("what only asks for attention is no failure", async (t) => {
  const { portvakt, io } = cliFixture(t);
  io.diagnose = async () => CHECKS.slice(0, 2);
  assert.deepEqual((await portvakt("doctor")).exitCode, 0);
});

test("with --json it is one object", async (t) => {
  const { portvakt, io } = cliFixture(t);
  io.diagnose = async () => CHECKS;
  const { exitCode, out } = await portvakt("doctor", "--json");
  assert.deepEqual([exitCode, JSON.parse(out.join("\n"))], [1, { checks: CHECKS }]);
});
