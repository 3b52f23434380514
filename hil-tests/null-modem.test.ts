import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { SerialPort } from "serialport";
import { NullModem } from "./null-modem.ts";

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);

let modem: NullModem;
const ports: SerialPort[] = [];

beforeEach(() => {
  modem = NullModem.open();
});

afterEach(async () => {
  for (const port of ports.splice(0)) await closePort(port);
  modem.close();
});

test("what one end writes the other end reads, every byte value, both ways", async () => {
  const [left, right] = [await openPort(modem.a), await openPort(modem.b)];
  left.write(EVERY_BYTE);
  assert.deepEqual(await read(right, 256), EVERY_BYTE);
  right.write(EVERY_BYTE);
  assert.deepEqual(await read(left, 256), EVERY_BYTE);
});

test("nothing echoes to an end whose other end no program has opened", async () => {
  const left = await openPort(modem.a);
  left.write(Uint8Array.of(1, 2, 3));
  await drained(left);
  const right = await openPort(modem.b);
  right.write(Uint8Array.of(9));
  assert.deepEqual(await read(left, 1), Uint8Array.of(9));
});

test("an end can be closed and opened again while the other stays open", async () => {
  const left = await openPort(modem.a);
  await closePort(await openPort(modem.b));
  const right = await openPort(modem.b);
  left.write(Uint8Array.of(7));
  assert.deepEqual(await read(right, 1), Uint8Array.of(7));
});

test("more bytes than the line can hold for an absent reader are lost, and the line goes on", async () => {
  const left = await openPort(modem.a);
  for (let chunk = 0; chunk < 20; chunk++) left.write(new Uint8Array(1024));
  await drained(left);
  const right = await openPort(modem.b);
  right.write(Uint8Array.of(5));
  assert.deepEqual(await read(left, 1), Uint8Array.of(5));
});

test("a fault strikes one direction alone", async () => {
  const [left, right] = [await openPort(modem.a), await openPort(modem.b)];
  modem.aToB.setFault({ kind: "cut", afterBytes: 1 });
  left.write(Uint8Array.of(1, 2));
  assert.deepEqual(await read(right, 1), Uint8Array.of(1));
  right.write(Uint8Array.of(3));
  assert.deepEqual(await read(left, 1), Uint8Array.of(3));
});

async function openPort(path: string): Promise<SerialPort> {
  const port = new SerialPort({ path, baudRate: 115_200 });
  await once(port, "open");
  // Closing cancels a write that is still under way, and says so.
  port.on("error", () => {});
  ports.push(port);
  return port;
}

function closePort(port: SerialPort): Promise<void> {
  return new Promise((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()));
}

function drained(port: SerialPort): Promise<void> {
  return new Promise((resolve) => port.drain(() => resolve()));
}

async function read(port: SerialPort, length: number): Promise<Uint8Array> {
  const bytes: number[] = [];
  while (bytes.length < length) {
    const [chunk] = (await once(port, "data")) as [Uint8Array];
    bytes.push(...chunk);
  }
  return Uint8Array.from(bytes);
}
