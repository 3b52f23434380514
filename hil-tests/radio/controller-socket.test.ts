import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { ControllerSocket } from "./controller-socket.ts";
import { QuietAir } from "./testing/quiet-air.ts";

const RESET = fromHex("01030c00");
const RESET_DONE = "040e0401030c00";

async function served(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "controller-socket-"));
  const path = join(folder, "hci");
  const { controller } = new QuietAir().host();
  const socket = await ControllerSocket.listen(path, controller);
  t.after(async () => {
    await socket.close();
    rmSync(folder, { recursive: true });
  });
  return { path, controller };
}

async function reset(host: Socket): Promise<string> {
  host.write(RESET);
  const [bytes] = await once(host, "data");
  return toHex(bytes);
}

test("a host on the socket speaks H4 with the controller, its packets cut as the stream likes", async (t) => {
  const { path } = await served(t);
  const host = connect(path);
  assert.equal(await reset(host), RESET_DONE);
  host.write(RESET.subarray(0, 2));
  host.write(RESET.subarray(2));
  const [bytes] = await once(host, "data");
  assert.equal(toHex(bytes), RESET_DONE);
  host.destroy();
});

test("a second host is turned away, and the first is served as before", async (t) => {
  const { path } = await served(t);
  const host = connect(path);
  await reset(host);
  const second = connect(path).resume();
  await once(second, "close");
  assert.equal(await reset(host), RESET_DONE);
  host.destroy();
});

test("a host that sends no H4 is thrown out, and the next one is served", async (t) => {
  const { path } = await served(t);
  const host = connect(path).resume();
  host.write("hello");
  await once(host, "close");
  const next = connect(path);
  assert.equal(await reset(next), RESET_DONE);
  next.destroy();
});

test("before a host has come the controller is off the air", async (t) => {
  const { controller } = await served(t);
  const heard: string[] = [];
  controller.onPacket((h4) => heard.push(toHex(h4)));
  controller.hostPacket(RESET);
  assert.deepEqual(heard, []);
});
