import assert from "node:assert/strict";
import { test } from "node:test";
import { ProtocolError } from "../protocol-error.ts";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { concat, toHex } from "./bytes.ts";
import { encodeCobs } from "./cobs.ts";
import { crc16 } from "./crc.ts";
import { decodeMessage } from "./messages.ts";
import { encodeSerialFrame, SerialFrameDecoder } from "./serial-frame.ts";

const vectors = lk1Vectors<{
  crc: { data: string; crc: string }[];
  frames: { address: number; frame: string; wire: string }[];
  dropped: { wire: string; why: string }[];
}>("serial");

const DELIMITER = Uint8Array.of(0);
const GOOD = encodeSerialFrame(1, hex("1f01"));
const goodFrames = [{ address: 1, frame: hex("1f01") }];

test("the CRC is CRC-16/CCITT-FALSE", () => {
  for (const { data, crc } of vectors.crc) assert.equal(crc16(hex(data)).toString(16), crc);
});

test("frames are written and read as lk1.json has them", () => {
  for (const { address, frame, wire } of vectors.frames) {
    assert.equal(toHex(encodeSerialFrame(address, hex(frame))), wire);
    assert.deepEqual(new SerialFrameDecoder().push(hex(wire)), [{ address, frame: hex(frame) }]);
  }
});

test("damage is dropped and counted, and the frame after it is read", () => {
  for (const { wire, why } of vectors.dropped) {
    const decoder = new SerialFrameDecoder();
    assert.deepEqual(decoder.push(hex(wire)), [], why);
    assert.equal(decoder.dropped, why === "nothing" ? 0 : 1, why);
    assert.deepEqual(decoder.push(GOOD), goodFrames, why);
  }
});

test("a stream gives the same frames however it is cut", () => {
  const [a, b] = [vectors.frames[0]!, vectors.frames[1]!];
  const stream = concat(hex(a.wire), hex("0a0117"), Uint8Array.of(0, 0), hex(b.wire));
  const expected = [a, b].map(({ address, frame }) => ({ address, frame: hex(frame) }));
  for (let cut = 0; cut <= stream.length; cut++) {
    const decoder = new SerialFrameDecoder();
    assert.deepEqual([...decoder.push(stream.subarray(0, cut)), ...decoder.push(stream.subarray(cut))], expected);
    assert.equal(decoder.dropped, 1);
  }
  const byteByByte = new SerialFrameDecoder();
  assert.deepEqual(Array.from(stream, (byte) => byteByByte.push(Uint8Array.of(byte))).flat(), expected);
});

test("the longest frame is read, and not with a byte after it in the same run", () => {
  const frame = new Uint8Array(1024).fill(0x11);
  const wire = encodeSerialFrame(1, frame);
  assert.deepEqual(new SerialFrameDecoder().push(wire), [{ address: 1, frame }]);
  const decoder = new SerialFrameDecoder();
  assert.deepEqual(decoder.push(concat(wire.subarray(0, -1), Uint8Array.of(0x11), DELIMITER)), []);
  assert.equal(decoder.dropped, 1);
});

test("no single flipped bit and no truncation makes another frame", () => {
  const run = hex(vectors.frames[0]!.wire).subarray(0, -1);
  for (let bit = 0; bit < 8 * run.length; bit++) {
    const flipped = Uint8Array.from(run);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.deepEqual(new SerialFrameDecoder().push(concat(flipped, DELIMITER)), [], `bit ${bit}`);
  }
  for (let length = 0; length < run.length; length++) {
    const cut = concat(run.subarray(0, length), DELIMITER);
    assert.deepEqual(new SerialFrameDecoder().push(cut), [], `${length} bytes`);
  }
});

test("a delimiter turned into 01 is beyond this CRC: the frame comes out one byte too long, for its message to refuse", () => {
  const { address, frame, wire } = vectors.frames[0]!;
  const [spoilt] = new SerialFrameDecoder().push(concat(hex(wire).subarray(0, -1), hex("0100")));
  assert.equal(spoilt?.address, address);
  assert.equal(spoilt?.frame.length, hex(frame).length + 1);
  assert.throws(() => decodeMessage(spoilt!.frame), ProtocolError);
});

test("an endless run costs no memory, and the frame after its end is read", () => {
  const decoder = new SerialFrameDecoder();
  const garbage = new Uint8Array(1 << 16).fill(0x55);
  for (let i = 0; i < 32; i++) assert.deepEqual(decoder.push(garbage), []);
  assert.deepEqual(decoder.push(DELIMITER), []);
  assert.equal(decoder.dropped, 1);
  assert.deepEqual(decoder.push(GOOD), goodFrames);
});

test("frames given out do not change when more bytes come", () => {
  const decoder = new SerialFrameDecoder();
  const frames = decoder.push(GOOD);
  decoder.push(encodeSerialFrame(2, hex("1f05")));
  assert.deepEqual(frames, goodFrames);
});

test("addresses above 247 are dropped, and never written", () => {
  assert.throws(() => encodeSerialFrame(248, hex("1f01")), RangeError);
  const body = hex("f81f01");
  const crc = crc16(body);
  const wire = concat(encodeCobs(concat(body, Uint8Array.of(crc >> 8, crc & 0xff))), DELIMITER);
  assert.deepEqual(new SerialFrameDecoder().push(wire), []);
});

test("a frame of nothing, or of more than 1024 bytes, is never written", () => {
  for (const length of [0, 1025]) assert.throws(() => encodeSerialFrame(1, new Uint8Array(length)), RangeError);
});
