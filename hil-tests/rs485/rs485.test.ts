import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("main.js", import.meta.url));

test("of three locks on one serial bus one is killed: the others are unlocked as before, and it comes back", (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--enable-source-maps", MAIN], { encoding: "utf8" });
  t.diagnostic(stdout);
  assert.equal(status, 0, `${stdout}\n${stderr}`);
});
