import assert from "node:assert/strict";
import { test } from "node:test";
import { Right } from "../../protocol/documents/grant.ts";
import { concat, uint16, uint32 } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { useCountsCell } from "./cell-keys.ts";
import { BenchLock, GRANT_ID } from "./testing/bench-lock.ts";
import { TestSite } from "./testing/test-site.ts";

const OTHER_ID = TestSite.id(0x22);

test("a counter that can count no further counts as spent, however many uses the grant has", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  const { session } = bench.open(paired);
  bench.sendRoster(session, 1, [bench.site.grant(bench.now, GRANT_ID, { uses: 100_000 })]);
  const { cells } = bench.lock.firmware!.inside;
  cells.set(useCountsCell(0), concat(GRANT_ID, uint32(bench.now), uint32(bench.now + 1000), uint16(0xffff)));
  bench.reboot();
  const next = bench.open(paired).session;
  assert.equal(next.reason(bench.act(next)), Reason.usesSpent);
});

/** A lock all of whose counters are taken by grants that nobody put into its table, issued at 1000 and good until 2000. */
function crowded() {
  const bench = new BenchLock();
  const { session } = bench.open(bench.pair());
  const parts = bench.lock.firmware!.inside;
  const grant = (n: number) => ({
    subject: GRANT_ID,
    audience: [bench.label.lockId],
    issuedAt: bench.now - 1000,
    expires: bench.now + 1000,
    id: TestSite.id(0)
      .with(6, n >> 8)
      .with(7, n),
    credentials: [{ kind: "key" } as const],
    rights: Right.unlock,
    uses: 3,
  });
  for (let n = 1; n <= 112; n++) assert.equal(parts.uses.reserve(grant(n)), true);
  const hasRoom = () => parts.uses.reserve(grant(1000));
  return { bench, session, parts, grant, hasRoom };
}

test("there are 112 counters; a grant that has one, or that needs none, needs no other", () => {
  const { parts, grant, hasRoom } = crowded();
  assert.equal(hasRoom(), false);
  assert.equal(parts.uses.reserve(grant(112)), true);
  const { uses: _, ...unlimited } = grant(1000);
  assert.equal(parts.uses.reserve(unlimited), true);
});

test("the counter of a grant that has expired makes room, once the lock is certain of the time", () => {
  const { bench, hasRoom } = crowded();
  bench.clock.advance(999_000);
  assert.equal(hasRoom(), false);
  bench.clock.advance(1000);
  bench.lock.hardware.rtc.lose();
  assert.equal(hasRoom(), false);
  const again = crowded();
  again.bench.clock.advance(1_000_000);
  assert.equal(again.hasRoom(), true);
});

test("the counters of carried grants that were issued too early make room, those of the table's grants do not", () => {
  const { bench, session, hasRoom } = crowded();
  bench.sendRoster(session, 1, [], { carriedFrom: bench.now - 1000 });
  assert.equal(hasRoom(), false);
  bench.sendRoster(session, 2, [], { carriedFrom: bench.now - 999 });
  assert.equal(hasRoom(), true);
});

test("counters outlast a power cut", () => {
  const { bench, grant } = crowded();
  bench.reboot();
  const { uses } = bench.lock.firmware!.inside;
  assert.equal(uses.reserve(grant(113)), false);
  assert.equal(uses.reserve(grant(57)), true);
});

test("a factory reset frees every counter", () => {
  const { bench, grant } = crowded();
  bench.lock.factoryReset();
  const { uses } = bench.lock.firmware!.inside;
  for (let n = 201; n <= 312; n++) assert.equal(uses.reserve(grant(n)), true);
});

test("an essential grant that is carried keeps its count after its exp: an uncertain clock would let it in again", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  const { session } = bench.open(paired);
  bench.sendRoster(session, 1, [bench.site.grant(bench.now, OTHER_ID, { uses: 1000 })]);
  const rights = Right.unlock | Right.essential;
  const grant = bench.site.grant(bench.now, GRANT_ID, { uses: 1, rights, expires: bench.now + 100 });
  session.done(bench.act(session, { grant }));
  bench.clock.advance(200_000);
  // Its counter would have made room for this grant's, and the ring recycles the record of its use.
  for (let i = 0; i < 200; i++) session.done(bench.act(session, { grantId: OTHER_ID }));
  assert(session.done({ name: "readLog", fromSeq: 1, max: 1 }).firstSeq > 20);
  bench.lock.hardware.rtc.lose();
  assert.equal(session.reason(bench.act(session, { grant })), Reason.usesSpent);
});
