import assert from "node:assert/strict";
import { test } from "node:test";
import { Action } from "../../../protocol/documents/order.ts";
import { RecordFlag, RecordType } from "../../../protocol/log/record.ts";
import { BoltMovesForAReason } from "./bolt-moves-for-a-reason.ts";
import { GRANT, ORDER, Scene, THURSDAY } from "./testing/happenings.ts";

function scene(): Scene {
  return new Scene(({ truth, orders }) => new BoltMovesForAReason(truth, orders));
}

test("an order under a grant in force is a reason, once", () => {
  const lock = scene();
  assert.equal(lock.commit(), undefined);
  assert.equal(lock.order(), undefined);
  assert.equal(lock.see({ kind: "motor", lock: 0, to: "drawn" }), undefined);
  assert.match(lock.intent() ?? "", /was used before/);
});

test("an order that nobody signed is none", () => {
  const lock = scene();
  lock.commit();
  assert.match(lock.intent() ?? "", /nobody has signed/);
});

test("a motor that draws the bolt without an INTENT is noticed, one that throws it is not", () => {
  const lock = scene();
  assert.match(lock.see({ kind: "motor", lock: 0, to: "drawn" }) ?? "", /no INTENT/);
  assert.equal(lock.see({ kind: "motor", lock: 0, to: "thrown" }), undefined);
  assert.equal(lock.see({ kind: "motor", lock: 0, to: "drawn" }), undefined, "back, for a door that came open");
});

test("an INTENT is no reason any more after its DONE, nor after a power cut", () => {
  for (const end of [
    (lock: Scene) => lock.record(RecordType.done),
    (lock: Scene) => lock.see({ kind: "power", lock: 0, isOn: false }),
  ]) {
    const lock = scene();
    lock.commit();
    lock.order();
    end(lock);
    assert.match(lock.see({ kind: "motor", lock: 0, to: "drawn" }) ?? "", /no INTENT/);
  }
});

test("the grant must be in the table, have the right, and be in force at the time", () => {
  const noTable = scene();
  assert.match(noTable.order() ?? "", /not in the table/);
  for (const [claims, why] of [
    [{ rights: 2 }, /rights/],
    [{ notBefore: THURSDAY + 86_400 }, /not valid yet/],
    [{ expires: THURSDAY + 3_600 }, /expired/],
    [{ windows: [{ days: 1, from: 0, to: 1440 }] }, /outside its hours/],
    [{ windows: [{ days: 8, from: 600, to: 700 }] }, /outside its hours/],
  ] as const) {
    const lock = scene();
    lock.commit(claims);
    assert.match(lock.order() ?? "", why);
  }
  const inHours = scene();
  inHours.commit({ windows: [{ days: 8, from: 600, to: 780 }] });
  assert.equal(inHours.order(), undefined);
});

test("uncertain time and a stale roster leave essential grants alone", () => {
  const uncertain = scene();
  uncertain.commit();
  uncertain.see({ kind: "order-signed", lock: 0, by: "operator", claims: ORDER });
  assert.match(uncertain.intent({ flags: RecordFlag.timeUncertain }) ?? "", /uncertain/);
  const stale = scene();
  stale.commit({}, { staleAfter: THURSDAY });
  assert.match(stale.order() ?? "", /stale/);
});

test("an order is for one action, and not for ever", () => {
  const other = scene();
  other.commit();
  assert.match(other.order({ action: Action.lock }) ?? "", /action/);
  const late = scene();
  late.commit();
  assert.match(late.order({ notAfter: THURSDAY }) ?? "", /ended/);
});

test("at the door only what was shown a moment ago opens", () => {
  const lock = scene();
  lock.commit();
  lock.see({ kind: "shown", lock: 0, credential: "tag", grants: [GRANT] }, 1_000);
  assert.equal(lock.openAtDoor(2_000), undefined);
  assert.match(lock.openAtDoor(3_000) ?? "", /needed/, "it is spent");
  lock.see({ kind: "shown", lock: 0, credential: "tag", grants: [GRANT] }, 4_000);
  assert.match(lock.openAtDoor(30_000) ?? "", /needed/, "it is too long ago");
});

test("a rule wants different kinds", () => {
  const lock = scene();
  lock.commit({ rule: 2 });
  lock.see({ kind: "shown", lock: 0, credential: "tag", grants: [GRANT] }, 0);
  assert.match(lock.openAtDoor(1_000) ?? "", /2 credentials/);
});

test("uses are counted", () => {
  const lock = scene();
  lock.commit({ uses: 1 });
  lock.see({ kind: "shown", lock: 0, credential: "tag", grants: [GRANT] }, 0);
  assert.equal(lock.openAtDoor(0), undefined);
  lock.see({ kind: "shown", lock: 0, credential: "tag", grants: [GRANT] }, 20_000);
  assert.match(lock.openAtDoor(20_000) ?? "", /used 2 times/);
});

test("an INTENT that a power cut hid stands on what was shown before the cut", () => {
  const lock = scene();
  lock.commit();
  const show = (atMs: number) => lock.see({ kind: "shown", lock: 0, credential: "tag", grants: [GRANT] }, atMs);
  show(1_000);
  lock.see({ kind: "power", lock: 0, isOn: false }, 1_000);
  show(60_000);
  lock.see({ kind: "power", lock: 0, isOn: true }, 60_000);
  assert.equal(lock.openAtDoor(60_000), undefined);
  lock.record(RecordType.boot);
  assert.equal(lock.openAtDoor(60_000), undefined, "the tag is still there");
  assert.match(lock.openAtDoor(60_000) ?? "", /needed/);
});
