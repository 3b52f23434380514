import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { SerialPort } from "serialport";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { PtyBus } from "./pty-bus.ts";

const BAUD = 115_200;
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("what one port sends the others read, every byte value, and it does not hear itself", async (t) => {
  const clock = new VirtualClock();
  const bus = PtyBus.open(clock, new SeededRandom(1), { baud: BAUD, ports: 3 });
  const ports = await Promise.all(bus.paths.map((path) => open(path)));
  t.after(async () => {
    await Promise.all(ports.map(({ port }) => new Promise((resolve) => port.close(resolve))));
    bus.close();
  });
  const [a, b, c] = ports as [Port, Port, Port];
  a.port.write(EVERY_BYTE);
  while (b.heard.length < EVERY_BYTE.length || c.heard.length < EVERY_BYTE.length) {
    clock.advance(1);
    await turn();
  }
  b.port.write(EVERY_BYTE.subarray(0, 1));
  while (a.heard.length === 0) {
    clock.advance(1);
    await turn();
  }
  assert.deepEqual(b.heard, [...EVERY_BYTE]);
  assert.deepEqual(c.heard.slice(0, EVERY_BYTE.length), [...EVERY_BYTE]);
  assert.deepEqual(a.heard, [0]);
});

interface Port {
  port: SerialPort;
  heard: number[];
}

async function open(path: string): Promise<Port> {
  const port = new SerialPort({ path, baudRate: BAUD });
  await once(port, "open");
  const heard: number[] = [];
  port.on("data", (bytes: Uint8Array) => heard.push(...bytes));
  return { port, heard };
}
