import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../../crypto/noble.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { MemoryFlash } from "../../hardware/memory-flash.ts";
import type { GrantTable } from "./grant-table.ts";
import { boot, cti, grant, KEY, roster, seenTable, withTable } from "./testing/bench-table.ts";
import { everyPowerCut } from "./testing/power-cuts.ts";

/** After a power cut at any operation, what stands before the action stands, or what stands after it, and nothing else. */
function isAtomic(image: Uint8Array, act: (table: GrantTable) => void): void {
  const before = seenTable(new MemoryFlash({ image: image.slice() }));
  const through = new MemoryFlash({ image: image.slice() });
  act(boot(through).table);
  const after = seenTable(through);
  everyPowerCut(
    image,
    (flash) => act(boot(flash).table),
    (flash) => void boot(flash),
    (flash) => {
      const now = seenTable(flash);
      if (JSON.stringify(now) !== JSON.stringify(before)) assert.deepEqual(now, after);
      // Whatever happened, doing it again ends where it should.
      act(boot(flash).table);
      assert.deepEqual(seenTable(flash), after);
    },
  );
}

test("before the first roster there is no table", () => {
  const { table } = boot(new MemoryFlash());
  assert.equal(table.active, undefined);
  assert.equal(table.staging, undefined);
  assert.throws(() => table.put(cti(1), grant(1)));
});

test("a committed table is found again after a reboot, in order of cti whatever the order of putting", () => {
  const flash = withTable(300, 2, 41);
  const { active } = boot(flash).table;
  assert.deepEqual(active?.roster, roster(1));
  assert.deepEqual(
    [...active.entries()].map((entry) => toHex(entry.cti)),
    [2, 41, 300].map((n) => toHex(cti(n))),
  );
  assert.deepEqual(
    [...active.entries(cti(2))].map((entry) => entry.document),
    [grant(41), grant(300)],
  );
  assert.deepEqual(active.find(cti(41)), grant(41));
  assert.equal(active.find(cti(42)), undefined);
  const hashes = [2, 41, 300].map((n) => nobleSuite.sha256(grant(n)));
  assert.deepEqual(active.digest(), nobleSuite.sha256(...hashes));
});

test("a staging copy begins with the table's grants, and changes nothing of the table until commit", () => {
  const flash = withTable(1, 2, 3);
  const { table } = boot(flash);
  table.begin(roster(2));
  table.put(cti(4), grant(4));
  table.put(cti(2), grant(2, 150, 1));
  table.drop(cti(1));
  table.drop(cti(77));
  assert.equal(table.active?.count, 3);
  const staged = boot(flash).table;
  assert.deepEqual(
    [...staged.staging!.entries()].map((entry) => entry.document),
    [grant(2, 150, 1), grant(3), grant(4)],
  );
  assert.equal(staged.commit(), "ok");
  const { active, staging } = boot(flash).table;
  assert.deepEqual(active?.roster, roster(2));
  assert.deepEqual(
    [...active.entries()].map((entry) => entry.document),
    [grant(2, 150, 1), grant(3), grant(4)],
  );
  assert.equal(staging, undefined);
});

test("a grant dropped out of the staging copy is gone whether the table had it, the copy had it, or both", () => {
  const { table } = boot(withTable(1, 2));
  table.begin(roster(2));
  table.put(cti(2), grant(2, 150, 1));
  table.put(cti(3), grant(3));
  for (const n of [1, 2, 3]) table.drop(cti(n));
  assert.equal(table.staging?.count, 0);
  table.put(cti(1), grant(1));
  assert.deepEqual(table.staging?.find(cti(1)), grant(1));
});

test("beginning the same roster goes on with its copy, another roster replaces it", () => {
  const { table } = boot(withTable(1));
  table.begin(roster(2));
  table.put(cti(2), grant(2));
  table.begin(roster(2));
  assert.equal(table.staging?.count, 2);
  table.begin(roster(3));
  assert.equal(table.staging?.count, 1);
  assert.deepEqual(table.staging?.roster, roster(3));
});

test("a power cut at any operation of begin leaves no staging copy, or the one before, or the new one whole", () => {
  for (const image of [new MemoryFlash().image(), withTable(1, 2).image()]) {
    isBetween(image, roster(2));
  }
  const staging = withTable(1, 2);
  const { table } = boot(staging);
  table.begin(roster(2));
  table.put(cti(3), grant(3));
  isBetween(staging.image(), roster(3));
});

/** Begin may close the staging copy of another roster before it opens its own. */
function isBetween(image: Uint8Array, next: Uint8Array): void {
  const before = seenTable(new MemoryFlash({ image: image.slice() }));
  const through = new MemoryFlash({ image: image.slice() });
  boot(through).table.begin(next);
  const after = seenTable(through);
  everyPowerCut(
    image,
    (flash) => boot(flash).table.begin(next),
    (flash) => void boot(flash),
    (flash) => {
      const now = seenTable(flash);
      assert.deepEqual(now.active, before.active);
      const allowed = ["none", before.staging, after.staging].map((each) => JSON.stringify(each));
      assert.ok(allowed.includes(JSON.stringify(now.staging)));
      boot(flash).table.begin(next);
      assert.deepEqual(seenTable(flash), after);
    },
  );
}

test("a power cut at any operation of put leaves the grant in the staging copy whole or not at all", () => {
  const flash = withTable(1, 2);
  boot(flash).table.begin(roster(2));
  isAtomic(flash.image(), (table) => table.put(cti(3), grant(3)));
  isAtomic(flash.image(), (table) => table.put(cti(2), grant(2, 150, 1)));
  boot(flash).table.put(cti(3), grant(3));
  isAtomic(flash.image(), (table) => table.put(cti(3), grant(3, 130, 1)));
});

test("a power cut at any operation of drop leaves the grant in the staging copy or takes it out", () => {
  const flash = withTable(1, 2);
  const { table } = boot(flash);
  table.begin(roster(2));
  table.put(cti(2), grant(2, 150, 1));
  table.put(cti(3), grant(3));
  const image = flash.image();
  for (const n of [1, 3]) isAtomic(image, (each) => each.drop(cti(n)));
  isAtomic(image, (each) => each.drop(cti(2)));
});

test("a power cut at any operation of commit leaves the old table or the new, and the cells with it", () => {
  const flash = withTable(1, 2, 3);
  const { table } = boot(flash);
  table.begin(roster(2));
  table.put(cti(4), grant(4));
  table.drop(cti(1));
  isAtomic(flash.image(), (each) => {
    if (each.staging) each.commit(new Map([[KEY, Uint8Array.of(9)]]));
  });
});

test("a power cut at any operation of wipe leaves the whole table or nothing, and then no byte of it", () => {
  const flash = withTable(1, 2);
  const { table } = boot(flash);
  table.begin(roster(2));
  table.put(cti(3), grant(3));
  const wiped = new Map([[KEY, Uint8Array.of(8)]]);
  isAtomic(flash.image(), (each) => each.wipe(wiped));
  everyPowerCut(
    flash.image(),
    (each) => boot(each).table.wipe(wiped),
    (each) => void boot(each),
    (each) => {
      const isWiped = boot(each).table.active === undefined;
      assert.equal(Buffer.from(each.image()).includes(Buffer.from(cti(1))), !isWiped);
    },
  );
});

test("the table holds 1,000 grants of 235 bytes under a roster of 990, and all of them can be replaced", () => {
  const flash = new MemoryFlash();
  const { table } = boot(flash);
  for (const version of [1, 2]) {
    table.begin(new Uint8Array(990).fill(version));
    for (let n = 1; n <= 1000; n++) assert.equal(table.put(cti(n), grant(n, 235, version)), "ok", `${version}: ${n}`);
    assert.equal(table.staging?.count, 1000);
    assert.equal(table.commit(), "ok");
  }
  const { active } = boot(flash).table;
  assert.equal(active?.count, 1000);
  assert.deepEqual(active.find(cti(777)), grant(777, 235, 2));
});

test("a grant too many is refused as full and changes nothing", () => {
  const { table } = boot(new MemoryFlash());
  table.begin(new Uint8Array(990).fill(1));
  let held = 0;
  while (table.put(cti(held + 1), grant(held + 1, 640)) === "ok") held++;
  assert.equal(held, 373);
  assert.equal(table.staging?.count, held);
  table.drop(cti(1));
  assert.equal(table.commit(), "ok");
  assert.equal(table.active?.count, held - 1);
});

test("a grant that a power cut interrupted fits when it is put again, even if it is the last that does", () => {
  const flash = new MemoryFlash();
  const { table } = boot(flash);
  table.begin(new Uint8Array(990).fill(1));
  for (let n = 1; n < 373; n++) table.put(cti(n), grant(n, 640));
  const act = (each: MemoryFlash) => assert.equal(boot(each).table.put(cti(373), grant(373, 640)), "ok");
  everyPowerCut(flash.image(), act, (each) => void boot(each), act);
});

test("a grant that a power cut interrupted leaves room for another, and for all that are carried over", () => {
  const flash = withTable(1, 2);
  boot(flash).table.begin(roster(2));
  everyPowerCut(
    flash.image(),
    (each) => void boot(each).table.put(cti(3), grant(3, 640)),
    (each) => void boot(each),
    (each) => {
      const { table } = boot(each);
      assert.equal(table.put(cti(4), grant(4, 121)), "ok");
      assert.equal(table.put(cti(5), grant(5)), "ok");
      table.drop(cti(3));
      table.commit();
      const { active } = boot(each).table;
      assert.deepEqual(
        [1, 2, 3, 4, 5].map((n) => active?.find(cti(n))?.length),
        [120, 120, undefined, 121, 120],
      );
    },
  );
});
