import assert from "node:assert/strict";
import { test } from "node:test";
import { rosterDigest } from "../../protocol/documents/roster.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { leaveFactory } from "../factory.ts";
import { BenchDoor, type NamedGrant } from "../firmware/door/testing/bench-door.ts";
import { flashHealth } from "../firmware/flash-health.ts";
import { RottenFlash } from "../firmware/storage/bit-rot.ts";
import { ERASE_BLOCK_BYTES, FLASH_MAP } from "../firmware/storage/flash-map.ts";
import { TestSite } from "../firmware/testing/test-site.ts";
import { readAll } from "./testing/rules.ts";

// A whole lock, some bit of whose flash has rotted. Each region's own tests turn over every bit of what lies in it.

const IDS = [0x31, 0x32, 0x33].map(TestSite.id);
const REVOKED_ID = TestSite.id(0x34);
const BITS_BETWEEN_SAMPLES = 61;

function furnished(): { door: BenchDoor; image: Uint8Array } {
  const door = new BenchDoor([{ id: REVOKED_ID }, { id: IDS[0]! }]);
  door.commit(IDS.map((id): NamedGrant => ({ id })));
  door.session.done(door.bench.act(door.session, { grantId: IDS[0]! }));
  door.settle();
  return { door, image: door.bench.flash.image() };
}

/** Every so manieth bit from the region's begin to the last byte that holds anything. */
function* samples(
  image: Uint8Array,
  { offset, blocks }: { offset: number; blocks: number },
): Generator<[number, number]> {
  const bytes = image.subarray(offset, offset + blocks * ERASE_BLOCK_BYTES);
  const used = bytes.findLastIndex((byte) => byte !== 0xff) + 1;
  for (let bit = 0; bit < 8 * used; bit += BITS_BETWEEN_SAMPLES) yield [offset + (bit >> 3), bit & 7];
}

for (const [region, at] of Object.entries({
  cells: FLASH_MAP.cells,
  log: FLASH_MAP.log,
  "the table before": FLASH_MAP.tables[0],
  "the table": FLASH_MAP.tables[1],
})) {
  test(`a bit of ${region} rots: the lock starts, keeps its log, opens for nobody new, and says what it lost`, () => {
    const { door, image } = furnished();
    const { bench, paired } = door;
    const before = readAll(bench, door.opened);
    const documents = IDS.map((id) => door.lock.firmware!.inside.table.active!.find(id)!);
    for (const [offset, bit] of samples(image, at)) {
      door.lock.powerOff();
      bench.flash.restore(image);
      bench.flash.flipBit(offset, bit);
      door.lock.powerOn();
      const opened = bench.open(paired);
      const { records } = readAll(bench, opened);
      assert.deepEqual(records.slice(0, before.records.length), before.records);

      const { table } = door.lock.firmware!.inside;
      const there = documents.filter((_, i) => table.active?.find(IDS[i]!));
      const { epoch, rosterDigest: digest } = opened.session.done({ name: "status" });
      assert.deepEqual([epoch, digest], [2, rosterDigest(bench.suite, there)]);
      assert.equal(flashHealth(door.lock.firmware!.inside).lostGrants, IDS.length - there.length);
      const revoked = bench.act(opened.session, { grantId: REVOKED_ID });
      assert.equal(opened.session.reason(revoked), Reason.unknownGrant, `bit ${bit} at ${offset}`);
    }
  });
}

test("a bit that rots while the lock runs: it goes on, or stops and says why, and nobody revoked gets in", () => {
  const { door, image } = furnished();
  const { bench, paired, lock } = door;
  const regions = [FLASH_MAP.cells, FLASH_MAP.log, ...FLASH_MAP.tables];
  for (const [offset, bit] of regions.flatMap((region) => [...samples(image, region)])) {
    lock.powerOff();
    bench.flash.restore(image);
    lock.powerOn();
    bench.flash.flipBit(offset, bit);
    const { session } = bench.open(paired);
    assert.equal(session.reason(bench.act(session, { grantId: REVOKED_ID })), Reason.unknownGrant);
    const outcome = session.reason(bench.act(session, { grantId: IDS[1]! }));
    assert(outcome === Reason.done || outcome === Reason.unknownGrant, `bit ${bit} at ${offset}: ${outcome}`);
    bench.clock.advance(10_000);
    assert.equal(lock.failure, undefined);
    bench.reboot();
    assert.equal(lock.failure, undefined, `bit ${bit} at ${offset}`);
  }
});

test("a lock whose identity has rotted in any one bit does not start, and says why", () => {
  const { door, image } = furnished();
  const { bench, lock } = door;
  for (let bit = 0; bit < 8 * 92; bit += 7) {
    lock.powerOff();
    bench.flash.restore(image);
    bench.flash.flipBit(bit >> 3, bit & 7);
    lock.powerOn();
    assert.equal(lock.firmware, undefined);
    assert.equal(lock.failure, "the identity in this lock's flash has rotted");
    assert.equal(lock.connect({ send: () => {}, close: () => {} }), undefined);
    assert.throws(() => leaveFactory(bench.flash, bench.suite, bench.random), RottenFlash, "nor is it given another");
  }
});
