import assert from "node:assert/strict";
import { test } from "node:test";
import { runUntil } from "../testing/run-until.ts";
import { all, deskFixture, LOCK_A, range } from "./testing/desk-fixture.ts";

const CUTS_MAX = 500;

test("power that goes at any statement leaves a roster whole or not at all, and the bundle may come again", async (t) => {
  let statements = 0;
  let cutAt = Number.POSITIVE_INFINITY;
  const fixture = await deskFixture(t, { beforeStatement: () => (++statements >= cutAt ? "stop" : "go-on") });
  const { takeAll, wanted, clock, grantOnce, roster, open, rosters } = fixture;
  await takeAll(range(1, 3), {});
  const ns = range(2, 4);
  const bundle = {
    issuerId: "1111111111111111",
    grants: ns.map(grantOnce),
    rosters: [{ document: roster(ns.map(grantOnce), { epoch: 2 }), grants: all(ns) }],
  };
  for (let cut = 1; wanted().epoch === 1; cut++) {
    assert(cut < CUTS_MAX, "it goes on for ever");
    const { desk } = await open();
    statements = 0;
    cutAt = cut;
    // Who waits for the disk waits for ever when the power is gone.
    void desk.take(bundle);
    await clock.advanceAsync(100);
    cutAt = Number.POSITIVE_INFINITY;
    if (wanted().epoch === 1) assert.deepEqual(wanted().ids, range(1, 3), `cut ${cut}`);
  }
  assert.deepEqual(wanted(), { epoch: 2, ids: ns });
  const { desk: later } = await open();
  const outcomes = (await runUntil(clock, later.take(bundle))).map(({ outcome }) => outcome);
  assert.equal(outcomes.at(-1), "duplicate");
  assert.deepEqual(rosters.wanted(LOCK_A)?.grantDocuments, ns.map(grantOnce));
});
