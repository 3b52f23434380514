import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../../crypto/noble.ts";
import { firstHash } from "../../../protocol/log/chain.ts";
import { RECORD_BYTES, RecordType } from "../../../protocol/log/record.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { MemoryFlash, PowerCut } from "../../hardware/memory-flash.ts";
import { FLASH_MAP } from "./flash-map.ts";
import { BLOCKS, boot, event, FULL, kept, LOCK, reset, SLOTS, toldLost, withRecords } from "./testing/bench-log.ts";
import { everyPowerCut } from "./testing/power-cuts.ts";

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
