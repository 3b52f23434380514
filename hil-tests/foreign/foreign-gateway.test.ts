import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { type TestContext, test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import type { Lock } from "../../lock-sim/lock.ts";
import { memoryLock } from "../../lock-sim/memory-lock.ts";
import { SerialLinePort } from "../../lock-sim/port/serial.ts";
import { TcpPort } from "../../lock-sim/port/tcp.ts";
import { formatLabel } from "../../protocol/documents/label.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { NullModem } from "../null-modem.ts";
import { foreignScript, PYTHON, skip } from "./testing/python.ts";

/** Runs the foreign gateway to its end; resolves with what it found out. */
function foreignGateway(via: string, label: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    execFile("python3", [...PYTHON, foreignScript("gateway.py"), via, label], (error, stdout) => {
      if (error) reject(error);
      else resolve(JSON.parse(stdout));
    });
  });
}

/** Our lock, the button inside its door pressed. */
function ourLock() {
  const clock = new VirtualClock();
  const product = { model: "Ours", hardware: 1, firmware: 1 };
  const { lock, label } = memoryLock({ clock, random: new SeededRandom(1), suite: nobleSuite, product });
  lock.powerOn();
  lock.pressPairingButton();
  return { clock, lock, label: formatLabel(nobleSuite, label), lockId: toHex(label.lockId) };
}

/** What the foreign gateway is to have read and verified: the boot, the clock set, the pairing. */
const wholeLog = (lockId: string) => ({ lockId, model: "Ours", seq: 3 });

async function overTcp(t: TestContext, lock: Lock): Promise<string> {
  const port = new TcpPort(lock, { host: "127.0.0.1", port: 0 });
  t.after(() => port.close());
  return port.start();
}

async function overPty(t: TestContext, lock: Lock, clock: VirtualClock): Promise<string> {
  const modem = NullModem.open();
  const port = new SerialLinePort(lock, { path: modem.b, baudRate: 115_200, address: 0 }, clock, () => {});
  await port.start();
  t.after(async () => {
    await port.close();
    modem.close();
  });
  return modem.a;
}

test("a gateway written from the protocol page alone pairs our lock over TCP, opens it, reads its log and resumes", {
  skip,
}, async (t) => {
  const { lock, label, lockId } = ourLock();
  assert.deepEqual(await foreignGateway(await overTcp(t, lock), label), wholeLog(lockId));
});

test("a gateway written from the protocol page alone does the same over a pty", { skip }, async (t) => {
  const { clock, lock, label, lockId } = ourLock();
  assert.deepEqual(await foreignGateway(await overPty(t, lock, clock), label), wholeLog(lockId));
});
