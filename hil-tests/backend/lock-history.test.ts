import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { ExportedLock } from "../../gateway/verify/testing/exported-lock.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { EventRefused, readLockEvent } from "./lock-event.ts";
import { LockHistory } from "./lock-history.ts";

const LOCK_ID = "0102030405060708";

function gap(fromSeq: number, toSeq: number) {
  return { kind: "gap", id: `${LOCK_ID}-0-${fromSeq}-gap`, lockId: LOCK_ID, generation: 0, fromSeq, toSeq } as const;
}

test("a gateway that was put back misses what this backend has: only the rest is lost", () => {
  const history = new LockHistory(nobleSuite, LOCK_ID, new Uint8Array(33));
  assert.equal(history.accept(gap(1, 10)), true);
  assert.equal(history.accept(gap(1, 10)), false);
  assert.equal(history.accept(gap(4, 8)), false);
  assert.equal(history.accept(gap(8, 15)), true);
  assert.throws(() => history.accept(gap(17, 18)), EventRefused);
  const [generation] = history.generations();
  assert.deepEqual(generation?.gaps, [
    { fromSeq: 1, toSeq: 10 },
    { fromSeq: 11, toSeq: 15 },
  ]);
  assert.equal(generation?.durableThrough, 15);
});

test("what no head has signed gives way to the lock's own records; what one has signed stays", () => {
  const lock = new ExportedLock(nobleSuite, 1);
  const history = new LockHistory(nobleSuite, lock.lockId, fromHex(lock.sigPk));
  const accept = (event: object) => history.accept(readLockEvent(event));
  const madeUp = new ExportedLock(nobleSuite, 1, { time: 7 });
  for (const event of [madeUp.record(), madeUp.record(), madeUp.record()]) assert.equal(accept(event), true);

  const [first, second, head] = [lock.record(), lock.record(), lock.head()];
  assert.throws(() => accept(head), EventRefused);
  for (const event of [first, second, head]) assert.equal(accept(event), true);
  const [generation] = history.generations();
  assert.deepEqual([generation?.durableThrough, generation?.signedThrough], [2, 2]);
  assert.throws(() => accept(new ExportedLock(nobleSuite, 1, { time: 7 }).record()), EventRefused);
});
