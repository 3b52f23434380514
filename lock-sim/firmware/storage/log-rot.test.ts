import assert from "node:assert/strict";
import { test } from "node:test";
import { type LogRecord, RECORD_BYTES } from "../../../protocol/log/record.ts";
import { MemoryFlash } from "../../hardware/memory-flash.ts";
import { RottenFlash } from "./bit-rot.ts";
import { ERASE_BLOCK_BYTES, FLASH_MAP } from "./flash-map.ts";
import type { LogStore } from "./log-store.ts";
import { boot, event, kept, SLOTS, withRecords } from "./testing/bench-log.ts";

/** The log of this image, once with each of these bits turned over. */
function eachRotten(image: Uint8Array, bytes: Iterable<number>, check: (log: LogStore, at: number) => void): void {
  const good = image.slice();
  for (const at of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const flash = new MemoryFlash({ image });
      flash.flipBit(at, bit);
      check(boot(flash), at);
      image.set(good.subarray(at & ~0xfff, (at | 0xfff) + 1), at & ~0xfff);
    }
  }
}

/** A log of so many whole blocks and four records, the last of them behind a torn record's slot of zeros. */
function withTornSlot(blocks: number): {
  image: Uint8Array;
  expected: LogRecord[];
  slotOffset: (slot: number) => number;
} {
  const flash = withRecords(blocks * SLOTS + 3);
  const end = FLASH_MAP.log.offset + (blocks + 1) * ERASE_BLOCK_BYTES;
  const slotOffset = (slot: number) => end - (SLOTS - slot) * RECORD_BYTES;
  flash.program(slotOffset(3), new Uint8Array(RECORD_BYTES));
  const log = boot(flash);
  log.append(event(0));
  return { image: flash.image(), expected: kept(log), slotOffset };
}

function* range(from: number, to: number, step = 1): Generator<number> {
  for (let at = from; at < to; at += step) yield at;
}

test("any one bit of any block's header may rot: every record is there", () => {
  const { image, expected } = withTornSlot(1);
  for (let block = 0; block < 3; block++) {
    const offset = FLASH_MAP.log.offset + block * ERASE_BLOCK_BYTES;
    eachRotten(image, range(offset, offset + 32), (log) => assert.deepEqual(kept(log), expected));
  }
});

test("any one bit of a record may rot, or of a slot that has none: every record is there", () => {
  const { image, expected, slotOffset } = withTornSlot(0);
  eachRotten(image, range(slotOffset(0), slotOffset(6)), (log, at) =>
    assert.deepEqual(kept(log), expected, `rotten at ${at}`),
  );
  const many = withTornSlot(2);
  eachRotten(many.image, range(FLASH_MAP.log.offset, many.slotOffset(0), 501), (log, at) =>
    assert.deepEqual(kept(log), many.expected, `rotten at ${at}`),
  );
});

test("whatever bit rots, a record can be appended, and is there after the next boot", () => {
  const { image, expected, slotOffset } = withTornSlot(0);
  const good = image.slice();
  for (const at of range(slotOffset(2), slotOffset(8), 5)) {
    const flash = new MemoryFlash({ image });
    flash.flipBit(at, 6);
    const { seq } = boot(flash).append(event(1));
    assert.equal(seq, expected.length + 1);
    assert.equal(kept(boot(flash)).length, expected.length + 1);
    image.set(good);
  }
});

test("what was set right is counted; a record that has rotted beyond that is not made up", () => {
  const { image, slotOffset } = withTornSlot(0);
  const flash = new MemoryFlash({ image });
  assert.equal(boot(flash).corrections, 0);
  flash.flipBit(slotOffset(1) + 8, 0);
  assert.equal(boot(flash).corrections, 1);
  flash.flipBit(slotOffset(1) + 9, 0);
  assert.throws(() => boot(flash), RottenFlash);
});

test("a bit that rots while the lock runs is set right when the record is read", () => {
  const flash = withRecords(5);
  const log = boot(flash);
  const before = kept(log);
  flash.flipBit(FLASH_MAP.log.offset + 64 + 2 * RECORD_BYTES + 40, 1);
  assert.deepEqual(kept(log), before);
});

test("a bit that rots in the next free slot costs the slot, in the last one the block, and no record", () => {
  for (const count of [5, SLOTS - 1]) {
    const flash = withRecords(count);
    const log = boot(flash);
    flash.flipBit(FLASH_MAP.log.offset + 64 + count * RECORD_BYTES + 9, 2);
    log.append(event(99));
    assert.deepEqual(
      kept(boot(flash))
        .map(({ n }) => n)
        .at(-1),
      99,
    );
    assert.equal(kept(log).length, count + 1);
  }
});
