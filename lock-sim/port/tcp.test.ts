import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { concat } from "../../protocol/wire/bytes.ts";
import { encodeSerialFrame, SerialFrameDecoder } from "../../protocol/wire/serial-frame.ts";
import { NOT_IN_PAIRING_MODE, P1, smallLock } from "../testing/small-lock.ts";
import { parseHostPort } from "./host-port.ts";
import { PortError } from "./port.ts";
import { TcpPort } from "./tcp.ts";

async function started(t: TestContext) {
  const small = smallLock();
  const port = new TcpPort(small.lock, { host: "127.0.0.1", port: 0 });
  const listening = await port.start();
  t.after(() => port.close());
  return { ...small, port, where: parseHostPort(listening.replace("tcp://", ""))! };
}

async function dial(t: TestContext, where: { host: string; port: number }): Promise<Socket> {
  const socket = connect(where);
  t.after(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

async function nextFrame(socket: Socket): Promise<Uint8Array> {
  const decoder = new SerialFrameDecoder();
  for (;;) {
    const [bytes] = (await once(socket, "data")) as [Uint8Array];
    const [found] = decoder.push(bytes);
    if (found) return found.frame;
  }
}

test("a frame is answered on its own connection", async (t) => {
  const { where } = await started(t);
  const socket = await dial(t, where);
  socket.write(encodeSerialFrame(0, P1));
  assert.deepEqual(await nextFrame(socket), NOT_IN_PAIRING_MODE);
});

test("noise, half frames and frames for another address are dropped, and the next good one is answered", async (t) => {
  const { lock, where } = await started(t);
  const socket = await dial(t, where);
  const good = encodeSerialFrame(0, P1);
  const noise = concat(new Uint8Array(5000).fill(7), Uint8Array.of(0), good.subarray(0, 9), Uint8Array.of(0));
  socket.write(concat(noise, encodeSerialFrame(1, P1), good));
  assert.deepEqual(await nextFrame(socket), NOT_IN_PAIRING_MODE);
  assert.deepEqual(lock.counters.all, { framesIn: 1, framesOut: 1, refused: 1, dropped: 3 });
});

test("a power cycle drops the connections; new ones are dropped until power is back", async (t) => {
  const { lock, clock, where } = await started(t);
  const before = await dial(t, where);
  before.write(encodeSerialFrame(0, P1));
  await nextFrame(before);
  lock.powerCycle(500);
  await once(before, "close");
  const during = await dial(t, where);
  await once(during, "close");
  clock.advance(500);
  const after = await dial(t, where);
  after.write(encodeSerialFrame(0, P1));
  assert.deepEqual(await nextFrame(after), NOT_IN_PAIRING_MODE);
});

test("a port that is taken is one sentence", async (t) => {
  const { lock, where } = await started(t);
  const second = new TcpPort(lock, where);
  await assert.rejects(second.start(), (error) => {
    assert.ok(error instanceof PortError);
    assert.equal(error.message, `cannot listen on 127.0.0.1:${where.port}: the port is in use`);
    return true;
  });
});

test("closing ends the connections", async (t) => {
  const { port, where } = await started(t);
  const socket = await dial(t, where);
  await Promise.all([once(socket, "close"), port.close()]);
});
