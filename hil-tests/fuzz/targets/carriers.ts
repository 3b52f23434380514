import assert from "node:assert/strict";
import { BleFragmentAssembler, encodeBleFragments } from "../../../protocol/wire/ble-fragments.ts";
import { concat, uint8, uint16 } from "../../../protocol/wire/bytes.ts";
import { decodeCobs, encodeCobs } from "../../../protocol/wire/cobs.ts";
import { crc16 } from "../../../protocol/wire/crc.ts";
import { FRAME_BYTES_MAX } from "../../../protocol/wire/messages.ts";
import { encodeSerialFrame, type SerialFrame, SerialFrameDecoder } from "../../../protocol/wire/serial-frame.ts";
import type { Target } from "../engine/target.ts";
import { lk1Seeds } from "./lk1-seeds.ts";
import { assertSameBytes } from "./same-bytes.ts";

const GOOD_FRAME = Uint8Array.of(0x1f, 1);
const END_OF_RUN = Uint8Array.of(0);

/** COBS alone: every byte string has one form, and nothing else is one. */
export const cobs: Target = {
  name: "cobs",
  seeds: () => [...lk1Seeds("serial"), encodeCobs(new Uint8Array(300).fill(7))],
  inputBytesMax: 1100,
  batch: 2000,
  allowed: [],
  open: () => ({
    execute: (input) => {
      assertSameBytes(decodeCobs(encodeCobs(input)) ?? new Uint8Array(0), input);
      const decoded = decodeCobs(input);
      if (decoded) assertSameBytes(encodeCobs(decoded), input);
    },
  }),
};

/**
 * A serial line. The first byte says in what pieces the rest arrives, and whether it arrives as it is or, coded and with
 * the right CRC, as a frame; whatever has come, the next good frame after a 00 is heard.
 */
export const serial: Target = {
  name: "serial",
  seeds: () => lk1Seeds("serial").flatMap((seed) => [1, 2, 64, 128, 129].map((how) => concat(uint8(how), seed))),
  dictionary: [END_OF_RUN, uint8(0xff), encodeSerialFrame(0, GOOD_FRAME), encodeSerialFrame(247, GOOD_FRAME)],
  inputBytesMax: 3000,
  batch: 500,
  allowed: [],
  open: () => {
    // One that has heard everything before must hear no worse than a new one.
    const old = new SerialFrameDecoder();
    return {
      execute: (input) => {
        const how = input[0] ?? 0;
        const content = input.subarray(1);
        const isCoded = how >= 128;
        const stream = isCoded ? concat(encodeCobs(concat(content, uint16(crc16(content)))), END_OF_RUN) : content;
        const whole = new SerialFrameDecoder().push(stream);
        for (const frame of whole) assertIsSerialFrame(frame);
        if (isCoded) assertHearsContent(whole, content);
        assert.deepEqual(inPieces(new SerialFrameDecoder(), stream, 1 + (how & 63)), whole);
        assert.deepEqual(inPieces(old, stream, 1), whole);
        assert.deepEqual(old.push(concat(END_OF_RUN, encodeSerialFrame(3, GOOD_FRAME))).at(-1), {
          address: 3,
          frame: GOOD_FRAME,
        });
      },
    };
  },
};

function assertIsSerialFrame({ address, frame }: SerialFrame): void {
  assert(address <= 247 && frame.length >= 1 && frame.length <= FRAME_BYTES_MAX);
  assert.deepEqual(new SerialFrameDecoder().push(encodeSerialFrame(address, frame)), [{ address, frame }]);
}

/** Address and frame with the right CRC are heard if and only if both are within bounds. */
function assertHearsContent(frames: readonly SerialFrame[], content: Uint8Array): void {
  const [address = 255] = content;
  const isFrame = address <= 247 && content.length >= 2 && content.length <= 1 + FRAME_BYTES_MAX;
  assert.deepEqual(frames, isFrame ? [{ address, frame: content.slice(1) }] : []);
}

function inPieces(decoder: SerialFrameDecoder, stream: Uint8Array, pieceBytes: number): SerialFrame[] {
  const frames: SerialFrame[] = [];
  for (let at = 0; at < stream.length; at += pieceBytes)
    frames.push(...decoder.push(stream.subarray(at, at + pieceBytes)));
  return frames;
}

/** Fragments as they come, each behind a byte with its length. A second, plainer reading of the page says what frames they make. */
export const ble: Target = {
  name: "ble",
  seeds: () =>
    [23, 247].flatMap((mtu) =>
      lk1Seeds("ble").flatMap((frame) => [withLengths([frame]), withLengths(cut(frame, mtu))]),
    ),
  dictionary: [0x80, 0x40, 0xc0, 0x81, 0x01, 0x3f].map(uint8),
  inputBytesMax: 3000,
  batch: 1000,
  allowed: [],
  open: () => {
    const old = new BleFragmentAssembler();
    return {
      execute: (input) => {
        const fragments = lengthPrefixed(input);
        const assembler = new BleFragmentAssembler();
        const frames = fragments.flatMap((fragment) => assembler.push(fragment) ?? []);
        assert.deepEqual(frames, framesByThePage(fragments));
        for (const frame of frames) assert(frame.length >= 1 && frame.length <= FRAME_BYTES_MAX);
        for (const fragment of fragments) old.push(fragment);
        const heard = encodeBleFragments(GOOD_FRAME, 23).map((fragment) => old.push(fragment));
        assert.deepEqual(heard.at(-1), GOOD_FRAME);
      },
    };
  },
};

/** protocol.md §10: seq counts from 0 in each frame; a gap, a repeat, or more than 1024 bytes drops the frame. */
function framesByThePage(fragments: readonly Uint8Array[]): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let parts: Uint8Array[] | undefined;
  for (const fragment of fragments) {
    const [header = 0] = fragment;
    const part = fragment.slice(1);
    if (header >= 0x80) parts = [];
    if (!parts) continue;
    const isNext = (header & 0x3f) === parts.length % 64;
    parts.push(part);
    const frame = concat(...parts);
    if (!isNext || part.length === 0 || frame.length > FRAME_BYTES_MAX) parts = undefined;
    else if ((header & 0x40) !== 0) {
      frames.push(frame);
      parts = undefined;
    }
  }
  return frames;
}

function cut(frame: Uint8Array, mtu: number): Uint8Array[] {
  return frame.length <= FRAME_BYTES_MAX ? encodeBleFragments(frame, mtu) : [];
}

function withLengths(fragments: readonly Uint8Array[]): Uint8Array {
  return concat(
    ...fragments.map((fragment) => concat(uint8(Math.min(255, fragment.length)), fragment.subarray(0, 255))),
  );
}

function lengthPrefixed(input: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < input.length; at += 1 + input[at]!) pieces.push(input.slice(at + 1, at + 1 + input[at]!));
  return pieces;
}
