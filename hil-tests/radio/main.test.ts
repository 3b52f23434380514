import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

const LOCK = "d0:0d:00:00:00:01";
const GATEWAY = "c0:ff:ee:00:00:01";

/** A Node program that is killed with the test. `line` resolves with the next line that it prints. */
function running(t: TestContext, args: string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...environment },
  });
  t.after(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: async () => (await lines.next()).value };
}

function file(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** A program over the air's controller on that socket. */
function host(t: TestContext, script: string, socket: string) {
  const preload = new URL("./loader/preload.js", import.meta.url).href;
  return running(t, ["--import", preload, file(script)], { VIRTUAL_HCI: socket });
}

test("hosts in processes of their own talk over the air server; a killed one is gone from the air", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "portvakt-air-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const options = ["--model", "fast", "--trace", folder, "--sockets", folder];
  const air = running(t, [file("./main.js"), ...options, LOCK, GATEWAY]);
  assert.equal(await air.line(), "listening");

  const lock = host(t, "./testing/peripheral-process.js", join(folder, LOCK));
  assert.equal(await lock.line(), "advertising");
  const gateway = host(t, "./testing/central-process.js", join(folder, GATEWAY));
  assert.equal(await gateway.line(), "echo hello");

  lock.child.kill("SIGKILL");
  assert.equal(await gateway.line(), "disconnected, reason 8");

  // The next process finds its adapter as after power-up.
  const successor = host(t, "./testing/peripheral-process.js", join(folder, LOCK));
  assert.equal(await successor.line(), "advertising");

  air.child.kill("SIGTERM");
  const [code] = await once(air.child, "exit");
  assert.equal(code, 0);
  assert.equal(readFileSync(join(folder, `${LOCK}.btsnoop`), "latin1").slice(0, 8), "btsnoop\0");
});
