import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCode } from "../testing/facts.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { concat, toHex } from "./bytes.ts";
import { expectMessage, RefusedByPeer } from "./expect-message.ts";
import { decodeMessage, encodeHead, encodeMessage, FRAME_BYTES_MAX, type Message } from "./messages.ts";

const headers = lk1Vectors<{
  types: Record<string, string>;
  refused: string[];
  err: { code: number; message: string }[];
}>("headers");
const pair = lk1Vectors<Record<"P1" | "P2" | "P3" | "P4", string>>("pair");
const open = lk1Vectors<Record<"O1" | "O2", string>>("open");
const { exchanges } = lk1Vectors<{ exchanges: { C: string; R: string }[] }>("commands");
const resume = lk1Vectors<{ cases: { S1: string; S2: string }[] }>("resume").cases[0]!;
const pass = lk1Vectors<Record<"A1" | "A2", string>>("pass");

/** One message of each type that has a fixed part and perhaps a sealed one. */
const samples: [Message["type"], string][] = [
  ["P1", pair.P1],
  ["P2", pair.P2],
  ["P3", pair.P3],
  ["P4", pair.P4],
  ["O1", open.O1],
  ["O2", open.O2],
  ["C", exchanges[0]!.C],
  ["R", exchanges[0]!.R],
  ["S1", resume.S1],
  ["S2", resume.S2],
  ["A1", pass.A1],
  ["A2", pass.A2],
  ["ERR", "1f01"],
];

test("every message is read and written again byte for byte", () => {
  for (const [type, frame] of samples) {
    const message = decodeMessage(hex(frame));
    assert.equal(message.type, type);
    assert.equal(toHex(encodeMessage(message)), frame);
    assert.equal(frame.slice(0, 2), headers.types[type]);
  }
});

test("every other first byte is refused, whatever follows", () => {
  const known = new Set(Object.values(headers.types));
  for (let byte = 0; byte < 256; byte++) {
    const header = byte.toString(16).padStart(2, "0");
    if (known.has(header)) continue;
    const frame = concat(hex(header), new Uint8Array(60));
    assert.throws(() => decodeMessage(frame), hasCode("unknown-type"), header);
  }
  for (const header of headers.refused) assert.throws(() => decodeMessage(hex(header)), hasCode("unknown-type"));
});

test("ERR has five codes and no others", () => {
  for (const { code, message } of headers.err) assert.deepEqual(decodeMessage(hex(message)), { type: "ERR", code });
  for (const frame of ["1f00", "1f06", "1fff"]) assert.throws(() => decodeMessage(hex(frame)), hasCode("malformed"));
  assert.throws(() => decodeMessage(hex("1f0100")), hasCode("wrong-length"));
});

test("a message cut before its sealed text holds a byte and a tag is of the wrong length", () => {
  for (const [type, frame] of samples) {
    const bytes = hex(frame);
    const message = decodeMessage(bytes);
    const shortest = encodeHead(message).length + ("sealed" in message ? 9 : 0);
    for (let length = 0; length < shortest; length++) {
      assert.throws(() => decodeMessage(bytes.subarray(0, length)), hasCode("wrong-length"), `${length} of ${type}`);
    }
    for (let length = shortest; length <= bytes.length; length++) decodeMessage(bytes.subarray(0, length));
  }
});

test("a message without a sealed text has one length", () => {
  for (const frame of [pair.P1, open.O1, pass.A1]) {
    assert.throws(() => decodeMessage(hex(`${frame}00`)), hasCode("wrong-length"));
  }
});

test("a message holds 1024 bytes and not one more", () => {
  const longest: Message = { type: "C", counter: 0, sealed: new Uint8Array(FRAME_BYTES_MAX - 3) };
  assert.deepEqual(decodeMessage(encodeMessage(longest)), longest);
  const tooLong = { ...longest, sealed: new Uint8Array(FRAME_BYTES_MAX - 2) };
  assert.throws(() => encodeMessage(tooLong), RangeError);
  assert.throws(() => decodeMessage(concat(encodeMessage(longest), hex("00"))), hasCode("wrong-length"));
});

test("another message than the one expected is refused, and ERR says what the peer hinted", () => {
  assert.equal(expectMessage(hex(pair.P1), "P1").type, "P1");
  assert.throws(() => expectMessage(hex(pair.P1), "A1"), hasCode("unknown-type"));
  assert.throws(
    () => expectMessage(hex("1f02"), "O2"),
    (error) => error instanceof RefusedByPeer && error.code === "refused-by-peer" && error.err === 2,
  );
});
