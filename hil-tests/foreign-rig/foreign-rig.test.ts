import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { BenchDoor, TAG_CREDENTIAL, UID } from "../../lock-sim/firmware/door/testing/bench-door.ts";
import { TestSite } from "../../lock-sim/firmware/testing/test-site.ts";
import { concat, toHex, uint32 } from "../../protocol/wire/bytes.ts";
import { PROGRAMS } from "../rig-tools/program.ts";

const SCRIPT = fileURLToPath(new URL("hil-tests/foreign-rig/drive_lock.py", import.meta.resolve("#package")));
const PIN = "482915";
const STEPS = ["state", "stream", "keypad", "door", "tag", "tag", "power", "stream", "until"];

const hasPython = spawnSync("python3", ["--version"]).status === 0;

/** A lock-sim process whose lock has a grant with the PIN and one with the tag. Returns its rig's URL. */
async function lockProcess(t: TestContext): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "portvakt-foreign-"));
  furnish(dir);
  const args = ["--tcp", "127.0.0.1:0", "--data", dir, "--rig", "127.0.0.1:0"];
  const lock = spawn(process.execPath, [PROGRAMS.lock, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(async () => {
    const ended = once(lock, "exit");
    lock.kill();
    await ended;
    rmSync(dir, { recursive: true });
  });
  const [line] = await once(createInterface(lock.stdout), "line");
  return `http://${JSON.parse(line).rig}`;
}

/** Pairs a lock in memory, brings it its roster, and leaves its flash and its clock in the data directory. */
function furnish(dir: string): void {
  const door = new BenchDoor([]);
  const pinGrant = TestSite.id(0x51);
  const grants = [
    { id: pinGrant, credentials: [door.pin(pinGrant, PIN)] },
    { id: TestSite.id(0x52), credentials: [TAG_CREDENTIAL] },
  ];
  door.commit(grants, { settings: { unlockSeconds: 1 } });
  const { flash, clock } = door.bench;
  writeFileSync(join(dir, "flash.bin"), concat(flash.image(), ...flash.wear.map((erases) => uint32(erases))));
  writeFileSync(join(dir, "rtc.json"), JSON.stringify({ rtcMs: clock.wallMs(), wallMs: clock.wallMs() }));
}

test("a rig in Python's standard library drives a lock through its whole day", {
  skip: !hasPython && "skipped: python3 not found",
}, async (t) => {
  const url = await lockProcess(t);
  const [failure, said] = await new Promise<[Error | null, string]>((resolve) => {
    execFile("python3", [SCRIPT, url, PIN, toHex(UID)], (error, stdout, stderr) => resolve([error, stdout + stderr]));
  });
  assert.equal(failure, null, said);
  assert.deepEqual(
    said
      .trim()
      .split("\n")
      .map((line) => line.split(":")[0]),
    STEPS,
  );
});
