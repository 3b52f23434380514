import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { concat } from "../../protocol/wire/bytes.ts";
import { encodeSerialFrame, SerialFrameDecoder } from "../../protocol/wire/serial-frame.ts";
import { NOT_IN_PAIRING_MODE, P1, smallLock } from "../testing/small-lock.ts";
import { PortError } from "./port.ts";
import { SerialLinePort } from "./serial.ts";
import { Pty } from "./testing/pty.ts";

async function started(t: TestContext, address: number) {
  const pty = new Pty();
  t.after(() => pty.close());
  const small = smallLock();
  const line = { path: pty.path, baudRate: 115_200, address };
  const losses: PortError[] = [];
  const port = new SerialLinePort(small.lock, line, small.clock, (error) => losses.push(error));
  const listening = await port.start();
  t.after(() => port.close());
  return { ...small, pty, port, listening, losses };
}

async function nextFrame(pty: Pty) {
  const decoder = new SerialFrameDecoder();
  for (;;) {
    const [bytes] = (await once(pty.master, "data")) as [Uint8Array];
    const [found] = decoder.push(bytes);
    if (found) return found;
  }
}

test("point to point, a frame is answered under address 0", async (t) => {
  const { pty, listening } = await started(t, 0);
  assert.equal(listening, `serial:${pty.path}`);
  pty.write(encodeSerialFrame(0, P1));
  assert.deepEqual(await nextFrame(pty), { address: 0, frame: NOT_IN_PAIRING_MODE });
});

test("on a bus, a lock answers frames for its own address alone", async (t) => {
  const { pty, lock, listening } = await started(t, 3);
  assert.equal(listening, `serial:${pty.path}?address=3`);
  pty.write(concat(encodeSerialFrame(2, P1), encodeSerialFrame(0, P1), encodeSerialFrame(3, P1)));
  assert.deepEqual(await nextFrame(pty), { address: 3, frame: NOT_IN_PAIRING_MODE });
  assert.deepEqual(lock.counters.all, { framesIn: 1, framesOut: 1, refused: 1, dropped: 2 });
});

test("after a power cycle the line is the same and the lock answers again", async (t) => {
  const { pty, lock, clock } = await started(t, 0);
  pty.write(encodeSerialFrame(0, P1));
  await nextFrame(pty);
  lock.powerCycle(500);
  clock.advance(500);
  pty.write(encodeSerialFrame(0, P1));
  assert.deepEqual((await nextFrame(pty)).frame, NOT_IN_PAIRING_MODE);
});

test("a device that vanishes is reported once, in one sentence", { timeout: 60_000 }, async (t) => {
  const { pty, clock, losses } = await started(t, 0);
  pty.close();
  while (losses.length === 0) {
    clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(losses, [new PortError(`${pty.path}: the device has gone`)]);
});

test("a device that is not there is one sentence", async () => {
  const line = { path: "/dev/portvakt-none", baudRate: 115_200, address: 0 };
  const { lock, clock } = smallLock();
  const port = new SerialLinePort(lock, line, clock, () => {});
  await assert.rejects(port.start(), new PortError("/dev/portvakt-none: there is no such device"));
});

test("a device that another program has open is one sentence", async (t) => {
  const { pty, lock, clock } = await started(t, 0);
  const line = { path: pty.path, baudRate: 115_200, address: 0 };
  const second = new SerialLinePort(lock, line, clock, () => {});
  await assert.rejects(second.start(), new PortError(`${pty.path}: another program has it open`));
});
