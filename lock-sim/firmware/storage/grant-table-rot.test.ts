import assert from "node:assert/strict";
import { test } from "node:test";
import { equalBytes, toHex } from "../../../protocol/wire/bytes.ts";
import { MemoryFlash } from "../../hardware/memory-flash.ts";
import { FLASH_MAP } from "./flash-map.ts";
import { boot, cti, grant, roster, withTable } from "./testing/bench-table.ts";

test("a grant whose flash cells have rotted is not there", () => {
  const flash = withTable(1, 2);
  const at = flash.image().findIndex((_, i, all) => equalBytes(all.subarray(i, i + 8), cti(2)));
  flash.program(at + 20, Uint8Array.of(0));
  const { active } = boot(flash).table;
  assert.equal(active?.find(cti(2)), undefined);
  assert.equal(active?.count, 1);
});

/** Flash with a table of grants 1 to 3; a fourth and an older third were dropped before it counted. */
function withDeadEntries(): { image: Uint8Array; documents: string[]; digest: Uint8Array } {
  const flash = withTable(1);
  const { table } = boot(flash);
  table.begin(roster(2));
  for (const each of [grant(4), grant(2), grant(3, 150), grant(3, 121, 1)]) table.put(each.slice(60, 68), each);
  table.drop(cti(4));
  table.commit();
  const documents = [1, 2, 3].map((n) => toHex(table.active!.find(cti(n))!));
  return { image: flash.image(), documents, digest: table.active!.digest() };
}

test("whichever bit of a table rots, it has its grants, or fewer and says so by its digest; never another", () => {
  const { image, documents, digest } = withDeadEntries();
  const { offset } = FLASH_MAP.tables[1];
  const good = image.slice(offset, offset + 2048);
  assert.ok(
    good.subarray(-100).every((byte) => byte === 0xff),
    "the whole table, and something behind it",
  );
  let lost = 0;
  for (let bit = 0; bit < 8 * good.length; bit++) {
    const flash = new MemoryFlash({ image });
    flash.flipBit(offset + (bit >> 3), bit & 7);
    const { active, corrections } = boot(flash).table;
    assert.deepEqual(active?.roster, roster(2));
    const there = [...active.entries()].map(({ document }) => toHex(document));
    assert.ok(
      there.every((document) => documents.includes(document)),
      `a grant made of bit ${bit}`,
    );
    if (there.length < 3) {
      lost++;
      assert.notDeepEqual(active.digest(), digest);
    }
    assert.ok(corrections <= 1);
    image.set(good, offset);
  }
  assert.ok(lost >= 8 * 121, `${lost} bits cost a grant`);
});

test("a grant that rots while the lock runs is not there any more, and the digest says so", () => {
  const flash = new MemoryFlash({ image: withDeadEntries().image });
  const { table } = boot(flash);
  const before = table.active!.digest();
  flash.flipBit(flash.image().lastIndexOf(3), 4);
  assert.equal(table.active?.find(cti(3)), undefined);
  assert.equal(table.active?.count, 2);
  assert.notDeepEqual(table.active?.digest(), before);
});

test("whatever bit of an open staging copy rots, the same roster can be completed", () => {
  const flash = withTable(1, 2);
  const { table } = boot(flash);
  table.begin(roster(2));
  table.put(cti(3), grant(3));
  table.put(cti(4), grant(4));
  table.drop(cti(1));
  const wanted = table.staging!.digest();
  const image = flash.image();
  const { offset } = FLASH_MAP.tables[1];
  const good = image.slice();
  for (let bit = 0; bit < 8 * 1400; bit += 7) {
    const rotten = new MemoryFlash({ image });
    rotten.flipBit(offset + (bit >> 3), bit & 7);
    const again = boot(rotten).table;
    again.begin(roster(2));
    for (const n of [2, 3, 4]) assert.equal(again.put(cti(n), grant(n)), "ok");
    again.drop(cti(1));
    assert.deepEqual(again.staging?.digest(), wanted, `bit ${bit}`);
    again.commit();
    assert.deepEqual(boot(rotten).table.active?.digest(), wanted, `bit ${bit}`);
    image.set(good);
  }
});
