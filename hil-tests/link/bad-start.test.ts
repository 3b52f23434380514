import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { PROGRAMS } from "../rig-tools/program.ts";

interface Ended {
  code: number | string | undefined;
  stderr: string;
}

/** Runs a program until it ends by itself; one that stays up is killed, and its code is undefined. */
function ended(script: string, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { timeout: 20_000, killSignal: "SIGKILL" }, (error, _out, stderr) => {
      resolve({ code: error ? (error.code ?? undefined) : 0, stderr });
    });
  });
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "portvakt-bad-start-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

async function busyPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

function config(dir: string, text: string): string {
  const path = join(dir, "portvakt.toml");
  writeFileSync(path, text);
  return path;
}

test("a daemon whose port is taken says so in one line and ends", async (t) => {
  const dir = folder(t);
  const port = await busyPort(t);
  const file = config(dir, `data = "data"\n[api]\nlisten = "127.0.0.1:${port}"\n`);
  assert.deepEqual(await ended(PROGRAMS.gateway, "run", "--config", file), {
    code: 1,
    stderr: `error: port ${port} on 127.0.0.1 is in use by another program\n`,
  });
});

test("a daemon whose configuration can not be read says so in one line and ends", async (t) => {
  const dir = folder(t);
  const absent = join(dir, "absent.toml");
  assert.deepEqual(await ended(PROGRAMS.gateway, "run", "--config", absent), {
    code: 2,
    stderr: `error: ${absent}: there is no such file\n`,
  });
  mkdirSync(join(dir, "folder"));
  assert.deepEqual(await ended(PROGRAMS.gateway, "run", "--config", join(dir, "folder")), {
    code: 2,
    stderr: `error: ${join(dir, "folder")}: is a directory, not a file\n`,
  });
  const misspelt = config(dir, 'dta = "x"\n');
  assert.deepEqual(await ended(PROGRAMS.gateway, "run", "--config", misspelt), {
    code: 2,
    stderr: `error: ${misspelt}: dta is not a known key; did you mean "data"?\n`,
  });
});

test("a daemon whose database is no database says so in one line and ends", async (t) => {
  const dir = folder(t);
  mkdirSync(join(dir, "data"), { mode: 0o700 });
  const database = join(dir, "data", "portvakt.db");
  writeFileSync(database, "no database at all".repeat(300));
  const file = config(dir, 'data = "data"\n[api]\nlisten = "127.0.0.1:0"\n');
  assert.deepEqual(await ended(PROGRAMS.gateway, "run", "--config", file), {
    code: 1,
    stderr: `error: ${database} is damaged; restore it from a backup\n`,
  });
});

test("a lock whose port is taken, or whose device or folder is not there, says so in one line and ends", async (t) => {
  const dir = folder(t);
  const where = `127.0.0.1:${await busyPort(t)}`;
  assert.deepEqual(await ended(PROGRAMS.lock, "--tcp", where, "--data", join(dir, "lock")), {
    code: 1,
    stderr: `lock-sim: cannot listen on ${where}: the port is in use\n`,
  });
  const device = join(dir, "ttyUSB0");
  assert.deepEqual(await ended(PROGRAMS.lock, "--serial", device, "--data", join(dir, "lock")), {
    code: 1,
    stderr: `lock-sim: ${device}: there is no such device\n`,
  });
  writeFileSync(join(dir, "file"), "");
  assert.deepEqual(await ended(PROGRAMS.lock, "--tcp", "127.0.0.1:0", "--data", join(dir, "file")), {
    code: 1,
    stderr: `lock-sim: cannot use the data directory ${join(dir, "file")}: it is no directory\n`,
  });
});
