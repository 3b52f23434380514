import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { MemoryFlash } from "../../hardware/memory-flash.ts";
import { RottenFlash } from "./bit-rot.ts";
import type { CellChanges } from "./cell-entry.ts";
import { Cells } from "./cells.ts";
import { ERASE_BLOCK_BYTES, FLASH_MAP } from "./flash-map.ts";
import { everyPowerCut } from "./testing/power-cuts.ts";

const KEYS = [1, 2, 3, 0xffff];

function boot(flash: MemoryFlash): Cells {
  const cells = new Cells(flash, FLASH_MAP.cells);
  cells.load();
  return cells;
}

function contents(cells: Cells): (number[] | undefined)[] {
  return KEYS.map((key) => cells.get(key)).map((value) => (value ? [...value] : undefined));
}

/** An image with a value under 2 and, after as many changes, one of 90 bytes under 1. */
function prepared(changes: number): Uint8Array {
  const flash = new MemoryFlash();
  const cells = boot(flash);
  cells.set(2, Uint8Array.of(22));
  for (let i = 0; i < changes; i++) cells.set(1, new Uint8Array(90).fill(i));
  return flash.image();
}

function stands(changes: CellChanges, image: Uint8Array, act: (cells: Cells) => void): void {
  const before = contents(boot(new MemoryFlash({ image: image.slice() })));
  const after = KEYS.map((key, i) => {
    const value = changes.get(key);
    if (value) return [...value];
    return changes.has(key) ? undefined : before[i];
  });
  everyPowerCut(
    image,
    (flash) => act(boot(flash)),
    boot,
    (flash) => {
      const now = contents(boot(flash));
      if (!isSame(now, after)) assert.deepEqual(now, before);
      assert.deepEqual(contents(boot(flash)), now, "a second boot sees the same");
    },
  );
}

function holds(flash: MemoryFlash, bytes: Uint8Array): boolean {
  return Buffer.from(flash.image()).includes(Buffer.from(bytes));
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

test("a value set is there after a reboot, a deleted one is not", () => {
  const flash = new MemoryFlash();
  const cells = boot(flash);
  cells.set(1, Uint8Array.of(1, 2, 3));
  cells.set(2, new Uint8Array());
  cells.set(3, Uint8Array.of(9));
  cells.delete(3);
  assert.deepEqual(contents(boot(flash)), [[1, 2, 3], [], undefined, undefined]);
});

test("a power cut at any operation of set leaves the old value or the new one", () => {
  const changes = new Map([[1, Uint8Array.of(7, 7)]]);
  stands(changes, prepared(3), (cells) => cells.setAll(changes));
});

test("a power cut at any operation of setAll leaves all values old or all new", () => {
  const changes = new Map([
    [1, Uint8Array.of(7)],
    [2, undefined],
    [3, new Uint8Array(512).fill(3)],
    [0xffff, new Uint8Array()],
  ]);
  stands(changes, prepared(3), (cells) => cells.setAll(changes));
});

test("a power cut at any operation of a compaction leaves the old values or the new ones", () => {
  // 40 changes of 100 bytes fill the block.
  const changes = new Map([
    [1, new Uint8Array(300).fill(5)],
    [3, Uint8Array.of(3)],
  ]);
  stands(changes, prepared(39), (cells) => cells.setAll(changes));
});

test("a power cut at any operation of the very first boot leaves empty cells", () => {
  const image = new MemoryFlash().image();
  stands(new Map(), image, () => {});
});

test("a power cut at any operation of a scrub leaves the old values or the new ones", () => {
  const changes = new Map([[2, undefined]]);
  stands(changes, prepared(3), (cells) => cells.scrub(changes));
});

test("after a scrub a deleted value is nowhere in flash", () => {
  const key = new SeededRandom(4).bytes(32);
  const flash = new MemoryFlash();
  const cells = boot(flash);
  cells.set(1, key);
  cells.set(2, Uint8Array.of(2));
  cells.scrub(new Map([[1, undefined]]));
  assert.equal(holds(flash, key), false);
  assert.deepEqual(contents(boot(flash)), [undefined, [2], undefined, undefined]);
});

test("a scrub that a power cut interrupted is finished at boot", () => {
  const key = new SeededRandom(5).bytes(32);
  const fresh = new MemoryFlash();
  boot(fresh).set(1, key);
  everyPowerCut(
    fresh.image(),
    (flash) => boot(flash).scrub(new Map([[1, undefined]])),
    boot,
    (flash) => {
      const isGone = boot(flash).get(1) === undefined;
      assert.equal(holds(flash, key), !isGone);
    },
  );
});

test("ten thousand changes wear both blocks alike", () => {
  const flash = new MemoryFlash();
  const cells = boot(flash);
  for (let i = 0; i < 10_000; i++) cells.set(i % 4, new Uint8Array(16).fill(i));
  const [first, second] = flash.wear.slice(1, 3);
  assert.ok(Math.abs(first! - second!) <= 1, `${first} and ${second}`);
  assert.ok(first! < 40, `${first}`);
  assert.deepEqual([...boot(flash).get(3)!], Array(16).fill(9_999 & 0xff));
});

test("what does not fit is refused and changes nothing", () => {
  const flash = new MemoryFlash();
  const cells = boot(flash);
  for (let key = 0; key < 5; key++) cells.set(key, new Uint8Array(512));
  assert.equal(cells.fits(new Map([[5, new Uint8Array(512)]])), false);
  assert.throws(() => cells.set(5, new Uint8Array(512)), RangeError);
  assert.throws(() => cells.set(0, new Uint8Array(513)), RangeError);
  assert.equal(boot(flash).get(5), undefined);
  assert.equal(
    cells.fits(
      new Map([
        [4, undefined],
        [5, new Uint8Array(512)],
      ]),
    ),
    true,
  );
});

test("any one bit of both blocks may rot: every value is there, and the next boot finds nothing wrong", () => {
  const image = prepared(6);
  const cells = boot(new MemoryFlash({ image }));
  cells.set(3, new Uint8Array(300).fill(3));
  cells.delete(2);
  const expected = contents(cells);
  const { offset, blocks } = FLASH_MAP.cells;
  const end = offset + blocks * ERASE_BLOCK_BYTES;
  const good = image.slice(offset, end);
  const lastUsed = good.findLastIndex((byte) => byte !== 0xff);
  for (let at = 0; at < good.length; at += at <= lastUsed ? 1 : 13) {
    for (let bit = 0; bit < 8; bit++) {
      const flash = new MemoryFlash({ image });
      flash.flipBit(offset + at, bit);
      assert.deepEqual(contents(boot(flash)), expected, `bit ${bit} of ${at}`);
      assert.equal(boot(flash).corrections, 0);
      image.set(good, offset);
    }
  }
});

test("a value is set right, and counted", () => {
  const flash = new MemoryFlash({ image: prepared(1) });
  flash.flipBit(flash.image().lastIndexOf(22), 5);
  const cells = boot(flash);
  assert.deepEqual(cells.get(2), Uint8Array.of(22));
  assert.equal(cells.corrections, 1);
});

test("cells that have rotted beyond that are refused, not half forgotten", () => {
  const flash = new MemoryFlash({ image: prepared(1) });
  const at = flash.image().lastIndexOf(22);
  flash.flipBit(at, 5);
  flash.flipBit(at, 6);
  assert.throws(() => boot(flash), RottenFlash);
});

test("a bit that rots where the next change goes, while the lock runs, costs nothing", () => {
  const flash = new MemoryFlash({ image: prepared(1) });
  const cells = boot(flash);
  flash.flipBit(flash.image().lastIndexOf(0, FLASH_MAP.cells.offset + ERASE_BLOCK_BYTES) + 3, 1);
  cells.set(3, new Uint8Array(40));
  assert.deepEqual(boot(flash).get(3), new Uint8Array(40));
});
