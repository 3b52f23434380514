import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("main.js", import.meta.url));

test("a gateway that is killed a hundred times, and its lock now and then, loses nothing and does nothing twice", (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--enable-source-maps", MAIN], { encoding: "utf8" });
  t.diagnostic(stdout.split("\n")[0]!);
  assert.equal(status, 0, `${stdout}\n${stderr}`);
});
