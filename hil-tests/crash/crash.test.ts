import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("main.js", import.meta.url));

test("a gateway that is killed at any moment, and its lock now and then, loses nothing and does nothing twice", (t) => {
  const args = ["--enable-source-maps", MAIN, "--kills", "8"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  t.diagnostic(stdout.split("\n")[0]!);
  assert.equal(status, 0, `${stdout}\n${stderr}`);
});
