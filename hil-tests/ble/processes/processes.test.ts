import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("main.js", import.meta.url));

test("the daemon, a lock and a phone, as processes over the air, pair, open and keep in step, whichever is killed", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--enable-source-maps", MAIN], { encoding: "utf8" });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  assert.deepEqual(stdout.trimEnd().split("\n"), [
    "paired",
    "opened",
    "events are in",
    "the lock was killed, its boot is known",
    "opened again",
    "the gateway was killed, and opens again",
    "all is in step",
    "the lock has its roster",
    "the gateway ended with exit code 0",
    "a phone opens the lock that no gateway reaches now",
    "a courier takes its events out",
  ]);
});
