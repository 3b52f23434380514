import assert from "node:assert/strict";
import { test } from "node:test";
import { hex, lk1Vectors } from "../testing/lk1-vectors.ts";
import { BleFragmentAssembler, encodeBleFragments } from "./ble-fragments.ts";
import { toHex } from "./bytes.ts";

const vectors = lk1Vectors<{
  fragments: { mtu: number; frame: string; fragments: string[] }[];
  streams: { name: string; fragments: string[]; frames: string[] }[];
}>("ble");

function assemble(fragments: Uint8Array[]): string[] {
  const assembler = new BleFragmentAssembler();
  return fragments.flatMap((fragment) => {
    const frame = assembler.push(fragment);
    return frame ? [toHex(frame)] : [];
  });
}

test("frames are cut and put together as lk1.json has them", () => {
  for (const { mtu, frame, fragments } of vectors.fragments) {
    assert.deepEqual(encodeBleFragments(hex(frame), mtu).map(toHex), fragments);
    assert.deepEqual(assemble(fragments.map(hex)), [frame]);
  }
});

for (const { name, fragments, frames } of vectors.streams) {
  test(`fragments: ${name}`, () => {
    assert.deepEqual(assemble(fragments.map(hex)), frames);
  });
}

test("with any one fragment lost, doubled or swapped with the next, the frame is dropped and the next one read", () => {
  const { fragments, frame } = vectors.fragments.find((vector) => vector.fragments.length > 10)!;
  const good = fragments.map(hex);
  for (let i = 0; i < good.length; i++) {
    const lost = good.toSpliced(i, 1);
    assert.deepEqual(assemble([...lost, ...good]), [frame], `fragment ${i} lost`);
    // A doubled first fragment begins the frame anew; a doubled last one belongs to no frame.
    const doubled = good.toSpliced(i, 0, good[i]!);
    const isWhole = i === 0 || i === good.length - 1;
    assert.deepEqual(assemble([...doubled, ...good]), isWhole ? [frame, frame] : [frame], `fragment ${i} doubled`);
    if (i + 1 === good.length) continue;
    const swapped = good.with(i, good[i + 1]!).with(i + 1, good[i]!);
    assert.deepEqual(assemble([...swapped, ...good]), [frame], `fragments ${i} and ${i + 1} swapped`);
  }
});

test("a frame has 1 to 1024 bytes", () => {
  const longest = new Uint8Array(1024).fill(7);
  assert.deepEqual(assemble(encodeBleFragments(longest, 23)), [toHex(longest)]);
  assert.deepEqual(assemble(encodeBleFragments(hex("10"), 23)), ["10"]);
  for (const length of [0, 1025]) assert.throws(() => encodeBleFragments(new Uint8Array(length), 23), RangeError);
});

test("empty fragments, and fragments that hold nothing, are dropped and counted", () => {
  const assembler = new BleFragmentAssembler();
  for (const fragment of ["", "80", "c0", "40"]) assert.equal(assembler.push(hex(fragment)), undefined);
  assert.equal(assembler.dropped, 4);
});
