import assert from "node:assert/strict";
import { test } from "node:test";
import { concat } from "../../protocol/wire/bytes.ts";
import { encodeSerialFrame } from "../../protocol/wire/serial-frame.ts";
import { LinkCounters } from "../link-counters.ts";
import { FrameFilter } from "./frame-filter.ts";

const FRAME = Uint8Array.of(0x17, 1, 2, 3);

test("frames for this address come through, those for others are counted as dropped", () => {
  const counters = new LinkCounters();
  const filter = new FrameFilter(3, counters);
  const line = concat(encodeSerialFrame(3, FRAME), encodeSerialFrame(4, FRAME), encodeSerialFrame(0, FRAME));
  assert.deepEqual(filter.push(line), [FRAME]);
  assert.equal(counters.all.dropped, 2);
});

test("whatever way the bytes are split, the frame comes through once", () => {
  const line = concat(Uint8Array.of(9, 9, 0), encodeSerialFrame(0, FRAME));
  for (let cut = 0; cut <= line.length; cut++) {
    const counters = new LinkCounters();
    const filter = new FrameFilter(0, counters);
    assert.deepEqual([...filter.push(line.subarray(0, cut)), ...filter.push(line.subarray(cut))], [FRAME]);
    assert.equal(counters.all.dropped, 1, "the damaged one before it");
  }
});
