import assert from "node:assert/strict";
import { test } from "node:test";
import { formatVia, parseVia, ViaError } from "./via.ts";

test("a way to a lock is an id on Bluetooth, a TCP address, or a serial line, with an address on a bus", () => {
  assert.deepEqual(parseVia("tcp://127.0.0.1:7001"), { kind: "tcp", host: "127.0.0.1", port: 7001 });
  assert.deepEqual(parseVia("tcp://[::1]:7001"), { kind: "tcp", host: "::1", port: 7001 });
  assert.deepEqual(parseVia("ble:0A1B2C3D4E5F6071"), { kind: "ble", lockId: "0a1b2c3d4e5f6071" });
  assert.deepEqual(parseVia("serial:/dev/ttyUSB0"), { kind: "serial", path: "/dev/ttyUSB0", address: 0 });
  assert.deepEqual(parseVia("serial:/dev/ttyUSB0?address=247"), { kind: "serial", path: "/dev/ttyUSB0", address: 247 });
});

test("a way is always written the same", () => {
  for (const via of [
    "ble:0a1b2c3d4e5f6071",
    "tcp://lock.local:1",
    "tcp://[::1]:65535",
    "serial:/dev/ttyS0",
    "serial:/dev/ttyS0?address=3",
  ]) {
    assert.equal(formatVia(parseVia(via)), via);
  }
  assert.equal(formatVia(parseVia("serial:/dev/ttyS0?address=0")), "serial:/dev/ttyS0");
});

test("anything else is refused with what a way looks like", () => {
  for (const text of [
    "",
    "/dev/ttyUSB0",
    "http://127.0.0.1:7001",
    "tcp://127.0.0.1",
    "tcp://127.0.0.1:0",
    "tcp://127.0.0.1:65536",
    "tcp://127.0.0.1:7001/x",
    "tcp://:7001",
    "ble",
    "ble:",
    "ble:0a1b2c3d4e5f607",
    "ble:0a1b2c3d4e5f6071/",
    "ble:aa:bb:cc:dd:ee:ff",
    "serial:",
    "serial:/dev/ttyUSB0?address=248",
    "serial:/dev/ttyUSB0?address=-1",
    "serial:/dev/ttyUSB0?addr=1",
  ]) {
    assert.throws(
      () => parseVia(text),
      (error) => error instanceof ViaError && /write (tcp|serial|ble)/.test(error.message),
    );
  }
});
