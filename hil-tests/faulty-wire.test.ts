import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../protocol/testing/virtual-clock.ts";
import { FaultyWire } from "./faulty-wire.ts";

function listen(): { wire: FaultyWire; heard: number[] } {
  const heard: number[] = [];
  return { wire: new FaultyWire((bytes) => heard.push(...bytes)), heard };
}

test("a wire without a fault carries every byte in order", () => {
  const { wire, heard } = listen();
  wire.send(Uint8Array.of(1, 2));
  wire.send(Uint8Array.of(3));
  assert.deepEqual(heard, [1, 2, 3]);
});

test("a dropping wire carries nothing until it is mended", () => {
  const { wire, heard } = listen();
  wire.setFault({ kind: "drop" });
  wire.send(Uint8Array.of(1));
  wire.setFault({ kind: "none" });
  wire.send(Uint8Array.of(2));
  assert.deepEqual(heard, [2]);
});

test("a slow wire carries its bytes when their time has come", () => {
  const { wire, heard } = listen();
  const clock = new VirtualClock();
  wire.setFault({ kind: "delay", clock, delayMs: 20 });
  wire.send(Uint8Array.of(1));
  clock.advance(19);
  assert.deepEqual(heard, []);
  clock.advance(1);
  assert.deepEqual(heard, [1]);
});

test("a noisy wire spoils every n-th byte, counted across writes", () => {
  const { wire, heard } = listen();
  wire.setFault({ kind: "corrupt", everyBytes: 3 });
  wire.send(Uint8Array.of(10, 10));
  wire.send(Uint8Array.of(10, 10, 10, 10));
  assert.deepEqual(heard, [10, 10, 11, 10, 10, 11]);
});

test("a cut wire carries the first n bytes and no more", () => {
  const { wire, heard } = listen();
  wire.setFault({ kind: "cut", afterBytes: 3 });
  wire.send(Uint8Array.of(1, 2));
  wire.send(Uint8Array.of(3, 4));
  wire.send(Uint8Array.of(5));
  assert.deepEqual(heard, [1, 2, 3]);
});
