import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { NullModem } from "../null-modem.ts";
import { freePort } from "../rig-tools/free-port.ts";
import { PROGRAMS } from "../rig-tools/program.ts";
import { foreignScript, PYTHON, skip } from "./testing/python.ts";

interface Announcement {
  lockId: string;
  label: string;
  port?: number;
}

/** A program that ends with the test; `lines` are those of its output. */
function running(t: TestContext, program: string, args: string[]) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  t.after(() => stopped(child));
  return { child, lines };
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill();
  await ended;
}

/** A foreign lock on a device, or on TCP; `said` is what it has told since of its sessions and its bolt. */
async function foreignLock(t: TestContext, where: string) {
  const { lines } = running(t, "python3", [...PYTHON, foreignScript("lock.py"), where]);
  const [line] = await once(lines, "line");
  const said: unknown[] = [];
  lines.on("line", (told) => said.push(JSON.parse(told)));
  return { ...(JSON.parse(line) as Announcement), said };
}

/** Our gateway as people start and use it. */
async function ourGateway(t: TestContext, serialPath?: string) {
  const folder = mkdtempSync(join(tmpdir(), "portvakt-foreign-lock-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "portvakt.toml");
  const serial = serialPath === undefined ? "" : `[[serial]]\npath = "${serialPath}"\n`;
  writeFileSync(file, `data = "data"\n[api]\nlisten = "127.0.0.1:${await freePort()}"\n${serial}`);
  const start = async () => {
    const { child, lines } = running(t, process.execPath, [PROGRAMS.gateway, "run", "--config", file]);
    await once(lines, "line");
    return child;
  };
  const portvakt = (...args: string[]) =>
    new Promise<string>((resolve, reject) => {
      execFile(process.execPath, [PROGRAMS.gateway, ...args, "--config", file], (error, stdout) => {
        if (error) reject(error);
        else resolve(stdout);
      });
    });
  return { start, portvakt };
}

async function showThatTheyUnderstandEachOther(
  { lockId, label, said }: Awaited<ReturnType<typeof foreignLock>>,
  via: string,
  { start, portvakt }: Awaited<ReturnType<typeof ourGateway>>,
): Promise<void> {
  const first = await start();
  assert.equal(await portvakt("pair", label, "--via", via), `Paired lock ${lockId} via ${via}.\n`);
  await portvakt("unlock", lockId);
  await stopped(first);
  await start();
  await portvakt("lock", lockId);
  // The gateway that was started anew resumes the session of the one before.
  const newest = [{ session: "opened" }, { bolt: "drawn" }, { session: "resumed" }, { bolt: "thrown" }];
  assert.deepEqual(said.slice(-newest.length), newest);
  const events = (await portvakt("events")).split("\n").map((line) => line.replace(/^.*\d {2}/, ""));
  assert.ok(events.includes("unlocked, grant 6f70657261746f72"), "its log was pulled, with chain and signed head");
}

test("a lock written from the protocol page alone is paired by our gateway over TCP, and opens by its orders", {
  skip,
}, async (t) => {
  const lock = await foreignLock(t, "tcp");
  await showThatTheyUnderstandEachOther(lock, `tcp://127.0.0.1:${lock.port}`, await ourGateway(t));
});

test("a lock written from the protocol page alone does the same over a pty", { skip }, async (t) => {
  const modem = NullModem.open();
  t.after(() => modem.close());
  const lock = await foreignLock(t, modem.b);
  await showThatTheyUnderstandEachOther(lock, `serial:${modem.a}`, await ourGateway(t, modem.a));
});
