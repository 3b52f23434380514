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
