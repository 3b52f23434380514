import assert from "node:assert/strict";
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { nobleSuite } from "../crypto/noble.ts";
import { formatLabel, parseLabel } from "../protocol/documents/label.ts";
import { readP2, readP4, startPair, writeP3 } from "../protocol/session/pair.ts";
import { SeededRandom } from "../protocol/testing/seeded-random.ts";
import { encodeSerialFrame, SerialFrameDecoder } from "../protocol/wire/serial-frame.ts";
import { leaveFactory } from "./factory.ts";
import { MemoryFlash } from "./hardware/memory-flash.ts";
import { Pty } from "./port/testing/pty.ts";

const MAIN = fileURLToPath(new URL(import.meta.url.replace("main.test", "main")));
const INHERITED_FILES_MAX = 60;

interface Announcement {
  lockId: string;
  label: string;
  listening: string;
  rig: string | null;
}

interface State {
  label: string;
  generation: number;
  slots: { state: string }[];
  log: { seq: number };
}

function run(
  t: TestContext,
  ...args: string[]
): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  // A child would inherit the masters of ptys, and a device whose master is open somewhere never vanishes.
  const nothing = openSync("/dev/null", "r");
  const stdio: StdioOptions = ["ignore", "pipe", "pipe", ...Array(INHERITED_FILES_MAX).fill(nothing)];
  const child = spawn(process.execPath, [...process.execArgv, MAIN, ...args], { stdio });
  closeSync(nothing);
  t.after(() => child.kill("SIGKILL"));
  return child as ReturnType<typeof run>;
}

/** Starts a lock on TCP, with its rig, and waits until it listens. */
async function start(t: TestContext, dir: string, ...args: string[]) {
  const child = run(t, "--tcp", "127.0.0.1:0", "--data", dir, "--rig", "127.0.0.1:0", ...args);
  const [line] = await once(createInterface(child.stdout), "line");
  const announced = JSON.parse(line) as Announcement;
  const rig = async (path: string, method = "GET") =>
    (await fetch(`http://${announced.rig}${path}`, { method })).json();
  return { child, announced, rig, state: () => rig("/v1/state") as Promise<State> };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<[number | null, NodeJS.Signals | null]> {
  const ended = once(child, "exit");
  child.kill(signal);
  return (await ended) as [number | null, NodeJS.Signals | null];
}

/** What a run that does not come to listen says and how it exits. */
async function failure(t: TestContext, ...args: string[]): Promise<{ code: number; said: string; printed: string }> {
  const child = run(t, ...args);
  const [said, printed, [code]] = await Promise.all([text(child.stderr), text(child.stdout), once(child, "exit")]);
  return { code, said, printed };
}

function tempDir(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "portvakt-lock-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Requests and answers in turn, over TCP. */
async function dial(t: TestContext, listening: string) {
  const { hostname, port } = new URL(listening.replace("tcp:", "http:"));
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  await once(socket, "connect");
  const decoder = new SerialFrameDecoder();
  return async (frame: Uint8Array): Promise<Uint8Array> => {
    socket.write(encodeSerialFrame(0, frame));
    for (;;) {
      const [bytes] = (await once(socket, "data")) as [Uint8Array];
      const [found] = decoder.push(bytes);
      if (found) return found.frame;
    }
  };
}

test("a first start draws a label, prints it on the lock, and a later one keeps it", async (t) => {
  const dir = join(tempDir(t), "new");
  const { child, announced } = await start(t, dir);
  assert.match(announced.label, /^LK1:[0-9A-Z]{42}$/);
  assert.match(announced.lockId, /^[0-9a-f]{16}$/);
  assert.match(announced.listening, /^tcp:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(readFileSync(join(dir, "label.txt"), "utf8"), `${announced.label}\n`);
  assert.deepEqual(await end(child, "SIGTERM"), [0, null]);
  const again = await start(t, dir);
  assert.equal(again.announced.label, announced.label);
  assert.equal((await again.state()).log.seq, 2, "two boots");
  assert.deepEqual(await end(again.child, "SIGINT"), [0, null]);
});

test("killed with -9 after a pairing, the lock still knows the gateway and its whole log", async (t) => {
  const dir = tempDir(t);
  const { child, announced, rig, state } = await start(t, dir);
  await rig("/v1/pairing-button", "POST");
  const ask = await dial(t, announced.listening);
  const random = new SeededRandom(1);
  const { state: asked, p1 } = startPair(nobleSuite, random, parseLabel(nobleSuite, announced.label));
  const answered = readP2(nobleSuite, asked, await ask(p1));
  const issuerPk = nobleSuite.p256PublicKey(nobleSuite.p256PrivateKey((length) => random.bytes(length)));
  const site = { issuerPk, gatewayId: random.bytes(8), time: 1_800_000_000 };
  const { state: told, p3 } = writeP3(nobleSuite, answered, site);
  const position = readP4(nobleSuite, told, await ask(p3));
  const before = await state();
  assert.equal(before.log.seq, position.seq);
  await end(child, "SIGKILL");

  const after = await (await start(t, dir)).state();
  assert.equal(after.label, before.label);
  assert.deepEqual(after.slots, before.slots);
  assert.equal(after.slots[0]?.state, "pending");
  assert.ok(after.log.seq > before.log.seq, "the boot is one more record");
});

test("a label given at the first start is the lock's; another one later is refused in one line", async (t) => {
  const dir = tempDir(t);
  const [mine, other] = [1, 2].map((seed) =>
    formatLabel(nobleSuite, leaveFactory(new MemoryFlash(), nobleSuite, new SeededRandom(seed))),
  );
  const { child, announced } = await start(t, dir, "--label", mine!);
  assert.equal(announced.label, mine);
  await end(child, "SIGTERM");
  const { code, said, printed } = await failure(t, "--tcp", "127.0.0.1:0", "--data", dir, "--label", other!);
  assert.equal(code, 1);
  assert.equal(said, "lock-sim: this lock left the factory with another label\n");
  assert.equal(printed, "");
});

test("a label that can not be right is refused before anything is made", async (t) => {
  const dir = join(tempDir(t), "never");
  const { code, said } = await failure(t, "--tcp", "127.0.0.1:0", "--data", dir, "--label", "LK1:123");
  assert.equal(code, 1);
  assert.match(said, /^lock-sim: A label has 42 characters [^\n]*\n$/);
  assert.throws(() => readFileSync(join(dir, "flash.bin")));
});

test("what the world refuses is one line and exit code 1", async (t) => {
  const dir = tempDir(t);
  const busy = await start(t, join(dir, "first"));
  const taken = busy.announced.listening.replace("tcp://", "");
  writeFileSync(join(dir, "file"), "");
  const refused: [string[], RegExp][] = [
    [["--tcp", taken, "--data", join(dir, "second")], /the port is in use/],
    [["--tcp", "127.0.0.1:0", "--rig", taken, "--data", join(dir, "third")], /the port is in use/],
    [["--serial", "/dev/portvakt-none", "--data", join(dir, "fourth")], /there is no such device/],
    [["--tcp", "127.0.0.1:0", "--data", join(dir, "file")], /it is no directory/],
    [["--tcp", "127.0.0.1:0", "--data", "/proc/portvakt"], /no directory can be made there/],
  ];
  for (const [args, sentence] of refused) {
    const { code, said } = await failure(t, ...args);
    assert.equal(code, 1, said);
    assert.match(said, sentence);
    assert.match(said, /^lock-sim: [^\n]+\n$/);
  }
});

test("a second lock in the same data directory is refused, until the first is gone, killed or not", async (t) => {
  const dir = tempDir(t);
  const { child, announced } = await start(t, dir);
  const { code, said } = await failure(t, "--tcp", "127.0.0.1:0", "--data", join(dir, "..", basename(dir)));
  assert.equal(code, 1);
  assert.match(said, /^lock-sim: another lock-sim uses the data directory [^\n]+\n$/);
  await end(child, "SIGKILL");
  assert.equal((await start(t, dir)).announced.label, announced.label);
});

test("a lock whose identity has rotted does not start: one line says why, and it is given no other", async (t) => {
  const dir = tempDir(t);
  const { child } = await start(t, dir);
  await end(child, "SIGTERM");
  const file = join(dir, "flash.bin");
  const flash = readFileSync(file);
  flash[0]! ^= 1;
  writeFileSync(file, flash);
  const { code, said } = await failure(t, "--tcp", "127.0.0.1:0", "--data", dir);
  assert.equal(code, 1);
  assert.equal(said, "lock-sim: the identity in this lock's flash has rotted\n");
  assert.deepEqual(readFileSync(file), flash);
});

test("a wrong command line is a sentence, the usage and exit code 2", async (t) => {
  const { code, said } = await failure(t, "--tcp", "127.0.0.1:0", "--data", tempDir(t), "--colour", "red");
  assert.equal(code, 2);
  assert.match(said, /^lock-sim: Unknown option '--colour'/);
  assert.match(said, /Usage: lock-sim/);
});

test("a lock on a serial device says so, and exits with one line when the device vanishes", {
  timeout: 60_000,
}, async (t) => {
  const pty = new Pty();
  t.after(() => pty.close());
  const child = run(t, "--serial", pty.path, "--address", "3", "--data", tempDir(t));
  const [line] = await once(createInterface(child.stdout), "line");
  const { listening, rig } = JSON.parse(line) as Announcement;
  assert.equal(listening, `serial:${pty.path}?address=3`);
  assert.equal(rig, null);
  pty.close();
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  assert.equal(said, `lock-sim: ${pty.path}: the device has gone\n`);
  assert.equal(code, 1);
});
