import assert from "node:assert/strict";
import { test } from "node:test";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { encodeBleFragments } from "../wire/ble-fragments.ts";
import { encodeSerialFrame } from "../wire/serial-frame.ts";

type Size = { messages: number[]; total: number; onSerial: number; bleFragments: Record<string, number> };
const sizes = lk1Vectors<Record<"coldUnlock" | "resumedUnlock" | "passUnlock" | "pairing", Size>>("sizes");
const pair = lk1Vectors<Record<"P1" | "P2" | "P3" | "P4", string>>("pair");
const open = lk1Vectors<Record<"O1" | "O2", string>>("open");
const commands = lk1Vectors<{ exchanges: { name: string; C: string; R: string }[] }>("commands");
const resume = lk1Vectors<{ cases: { name: string; S1: string; S2: string }[] }>("resume");
const pass = lk1Vectors<Record<"A1" | "A2", string> & typeof commands>("pass");

function named<T extends { name: string }>(entries: T[], name: string): T {
  return entries.find((entry) => entry.name === name)!;
}

const act = named(commands.exchanges, "ACT by grant id");
const carried = named(pass.exchanges, "ACT carried");
const resumed = named(resume.cases, "ACT");

const exchanges: [keyof typeof sizes, string[]][] = [
  ["coldUnlock", [open.O1, open.O2, act.C, act.R]],
  ["resumedUnlock", [resumed.S1, resumed.S2]],
  ["passUnlock", [pass.A1, pass.A2, carried.C, carried.R]],
  ["pairing", [pair.P1, pair.P2, pair.P3, pair.P4]],
];

for (const [name, messages] of exchanges) {
  test(`${name} takes the bytes that lk1.json counts, bare, on a serial line and as fragments`, () => {
    const frames = messages.map(hex);
    const size = sizes[name];
    assert.deepEqual(
      frames.map((frame) => frame.length),
      size.messages,
    );
    assert.equal(sum(frames.map((frame) => frame.length)), size.total);
    assert.equal(sum(frames.map((frame) => encodeSerialFrame(0, frame).length)), size.onSerial);
    for (const [mtu, count] of Object.entries(size.bleFragments)) {
      assert.equal(sum(frames.map((frame) => encodeBleFragments(frame, Number(mtu)).length)), count);
    }
  });
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
