import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../../crypto/noble.ts";
import { auxOf, auxPair, NO_AUX } from "../../../protocol/log/aux.ts";
import { firstHash, verifyChain } from "../../../protocol/log/chain.ts";
import { type LogRecord, NO_SLOT, RECORD_BYTES, RecordType } from "../../../protocol/log/record.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { MemoryFlash, PowerCut } from "../../hardware/memory-flash.ts";
import { RottenFlash } from "./bit-rot.ts";
import { Cells } from "./cells.ts";
import { ERASE_BLOCK_BYTES, FLASH_MAP } from "./flash-map.ts";
import { LogStore } from "./log-store.ts";
import { everyPowerCut } from "./testing/power-cuts.ts";

const LOCK = { lockId: new Uint8Array(8).fill(1), sigPk: new Uint8Array(33).fill(2) };
const SLOTS = 84;
const BLOCKS = FLASH_MAP.log.blocks;
const FULL = SLOTS * BLOCKS;

function boot(flash: MemoryFlash, generation = 1, beforeRecycle?: (records: readonly LogRecord[]) => void): LogStore {
  const cells = new Cells(flash, FLASH_MAP.cells);
  cells.load();
  const log = new LogStore(flash, FLASH_MAP.log, nobleSuite, cells);
  log.recover({ ...LOCK, generation }, beforeRecycle);
  return log;
}

/** A record that any lock writes all the time; `n` tells one from another. */
function event(n: number) {
  const type = RecordType.doorOpened;
  return { time: 1_800_000_000 + n, type, slot: NO_SLOT, result: 0, flags: 0, n, ref: NO_AUX, aux: NO_AUX };
}

function reset(lastSeq: number) {
  return { ...event(0), type: RecordType.factoryReset, aux: auxOf({ value: lastSeq }) };
}

/** Flash with a log of `count` records in generation 1, those up to `receiptFor` with a receipt. */
function withRecords(count: number, receiptFor = 0): MemoryFlash {
  const flash = new MemoryFlash();
  const log = boot(flash);
  for (let n = 1; n <= count; n++) log.append(event(n));
  if (receiptFor > 0) log.acknowledge(1, receiptFor);
  return flash;
}

/** All records of a generation that are here, after checking that they chain from the first on. */
function kept(log: LogStore, generation = 1): LogRecord[] {
  const span = log.spans().find((each) => each.generation === generation);
  if (!span) return [];
  const { firstSeq, records } = log.read(generation, 1, FULL);
  assert.equal(firstSeq, span.firstSeq);
  assert.equal(records.length, (span.lastSeq - span.firstSeq + 1) * RECORD_BYTES);
  const isWhole = firstSeq === 1;
  const chain = isWhole
    ? verifyChain(nobleSuite, firstHash(nobleSuite, LOCK.lockId, generation, LOCK.sigPk), 1, records)
    : verifyChain(nobleSuite, log.headAt(generation, firstSeq)!, firstSeq + 1, records.subarray(RECORD_BYTES));
  assert.ok(chain.ok, "the records chain");
  return isWhole ? chain.records : [log.record(generation, firstSeq)!, ...chain.records];
}

/** What the type 20 records say is lost, in all. */
function toldLost(records: LogRecord[]): number {
  const lost = records.filter(({ type }) => type === RecordType.recordsLost);
  return lost.reduce((sum, { aux }) => sum + auxPair(aux)[1], 0);
}

test("an appended record is read back by seq, chains from h_0 and survives a reboot", () => {
  const flash = withRecords(3);
  const log = boot(flash);
  assert.deepEqual(
    kept(log).map(({ seq, n }) => [seq, n]),
    [
      [1, 1],
      [2, 2],
      [3, 3],
    ],
  );
  assert.deepEqual(log.position, { generation: 1, seq: 3, head: log.record(1, 3)!.h });
  assert.deepEqual(
    [...log.newestFirst()].map(({ seq }) => seq),
    [3, 2, 1],
  );
});

test("an empty log stands at h_0", () => {
  const log = boot(new MemoryFlash());
  assert.deepEqual(log.position, { generation: 1, seq: 0, head: firstHash(nobleSuite, LOCK.lockId, 1, LOCK.sigPk) });
  assert.deepEqual(log.spans(), []);
});

test("reading past the end gives the seq asked for and nothing", () => {
  const log = boot(withRecords(3));
  assert.deepEqual(log.read(1, 4, 20), { firstSeq: 4, records: new Uint8Array() });
  assert.deepEqual(log.read(9, 1, 20), { firstSeq: 1, records: new Uint8Array() });
  assert.equal(log.read(1, 2, 20).records.length, 2 * RECORD_BYTES);
  assert.equal(log.read(1, 1, 2).records.length, 2 * RECORD_BYTES);
});

test("a power cut at any operation of append leaves the record whole or not at all, first and last of a block included", () => {
  for (const count of [0, 1, SLOTS - 1, SLOTS, 2 * SLOTS - 1]) {
    everyPowerCut(
      withRecords(count).image(),
      (flash) => void boot(flash).append(event(count + 1)),
      boot,
      (flash) => {
        const log = boot(flash);
        const there = kept(log).map(({ n }) => n);
        assert.ok(there.length === count || there.length === count + 1, `${there.length} records`);
        assert.deepEqual(
          there,
          Array.from({ length: there.length }, (_, i) => i + 1),
        );
        log.append(event(99));
        assert.equal(kept(boot(flash)).at(-1)?.n, 99);
      },
    );
  }
});

test("a full log loses its oldest block, and a type 20 record says how many had no receipt", () => {
  const log = boot(withRecords(FULL, 5));
  const record = log.append(event(FULL + 1));
  assert.equal(record.seq, FULL + 2);
  const records = kept(log);
  assert.equal(records[0]?.seq, SLOTS + 1);
  assert.equal(toldLost(records), SLOTS - 5);
  assert.equal(log.read(1, 1, 20).firstSeq, SLOTS + 1);
});

test("records that all have receipts go without a word", () => {
  const log = boot(withRecords(FULL, SLOTS));
  assert.equal(log.append(event(FULL + 1)).seq, FULL + 1);
  assert.equal(toldLost(kept(log)), 0);
});

test("a power cut at any operation of a wrap loses what the type 20 record says and nothing else, told once", () => {
  everyPowerCut(
    withRecords(FULL, 5).image(),
    (flash) => void boot(flash).append(event(FULL + 1)),
    boot,
    (flash) => {
      const log = boot(flash);
      const isWrapped = log.spans()[0]!.firstSeq > 1;
      assert.ok(log.position.seq >= FULL);
      log.append(event(99));
      const records = kept(boot(flash));
      assert.equal(records[0]?.seq, SLOTS + 1, isWrapped ? "stays wrapped" : "wraps now");
      assert.equal(toldLost(records), SLOTS - 5);
      assert.equal(records.at(-1)?.n, 99);
    },
  );
});

test("before records are recycled they are shown, and what is set in a cell then lasts", () => {
  const flash = withRecords(FULL);
  const shown: number[] = [];
  const log = boot(flash, 1, (records) => shown.push(...records.map(({ n }) => n)));
  log.append(event(FULL + 1));
  assert.deepEqual(
    shown,
    Array.from({ length: SLOTS }, (_, i) => i + 1),
  );
});

test("a new generation begins with its own first record at its own h_0; the one before stays readable", () => {
  const flash = withRecords(10);
  const log = boot(flash, 2);
  assert.equal(log.position.seq, 0);
  log.append(reset(10));
  assert.deepEqual(log.spans(), [
    { generation: 1, firstSeq: 1, lastSeq: 10 },
    { generation: 2, firstSeq: 1, lastSeq: 1 },
  ]);
  const again = boot(flash, 2);
  assert.equal(kept(again, 1).length, 10);
  assert.equal(kept(again, 2)[0]?.type, RecordType.factoryReset);
  assert.equal([...again.newestFirst()].length, 1);
});

test("a power cut at any operation of a change of generation leaves record 1 of it whole or not at all, in a full log too", () => {
  for (const count of [10, FULL]) {
    everyPowerCut(
      withRecords(count).image(),
      (flash) => void boot(flash, 2).append(reset(count)),
      (flash) => void boot(flash, 2),
      (flash) => {
        const log = boot(flash, 2);
        if (log.position.seq === 0) log.append(reset(count));
        log.append(event(99));
        const records = kept(boot(flash, 2), 2);
        assert.equal(records[0]?.type, RecordType.factoryReset);
        assert.equal(records.at(-1)?.n, 99);
        assert.equal(toldLost(records), count === FULL ? SLOTS : 0);
        assert.equal(kept(log, 1).at(-1)?.seq, count);
      },
    );
  }
});

test("records of an earlier generation without a receipt outlive newer ones that have theirs", () => {
  const flash = withRecords(10);
  const log = boot(flash, 2);
  for (let n = 0; n < 3 * FULL; n++) {
    const { seq } = log.append(event(n));
    log.acknowledge(2, seq);
  }
  assert.equal(kept(log, 1).length, 10);
  assert.equal(toldLost(kept(log, 2)), 0);
});

test("a receipt lasts, an older one changes nothing", () => {
  const flash = withRecords(10, 7);
  const log = boot(flash);
  assert.equal(log.acknowledged(1), 7);
  log.acknowledge(1, 3);
  assert.equal(boot(flash).acknowledged(1), 7);
  assert.equal(log.acknowledged(2), 0);
});

test("a power cut at any operation of a receipt leaves the old receipt or the new one", () => {
  everyPowerCut(
    withRecords(10, 4).image(),
    (flash) => boot(flash).acknowledge(1, 9),
    boot,
    (flash) => assert.ok([4, 9].includes(boot(flash).acknowledged(1))),
  );
});

test("at least 500 records are kept, and the blocks wear alike", () => {
  const flash = withRecords(0);
  const log = boot(flash);
  for (let n = 0; n < 6_000; n++) {
    log.append(event(n));
    if (n > FULL) assert.ok(log.position.seq - log.spans()[0]!.firstSeq >= 500);
  }
  const wear = flash.wear.slice(FLASH_MAP.log.offset / flash.eraseBlockBytes).slice(0, BLOCKS);
  assert.ok(Math.max(...wear) - Math.min(...wear) <= 1, wear.join(" "));
});

test("power cut again and again at random operations, no record that was acknowledged is missing", () => {
  const random = new SeededRandom(20270107);
  const image = new MemoryFlash().image();
  let acknowledged = 0;
  for (let round = 1; round <= 120; round++) {
    const flash = new MemoryFlash({ image, random });
    flash.powerCutAtOperation(1 + random.below(30));
    try {
      const log = boot(flash);
      while (true) acknowledged = log.append(event(round)).seq;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
    flash.powerOn();
    const log = boot(flash);
    assert.ok(log.position.seq >= acknowledged, `round ${round}: at ${log.position.seq} of ${acknowledged}`);
    assert.equal(kept(log).at(-1)?.seq ?? 0, log.position.seq);
  }
  assert.ok(acknowledged > FULL, `${acknowledged} records`);
});

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
