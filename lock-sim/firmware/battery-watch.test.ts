import assert from "node:assert/strict";
import { test } from "node:test";
import { Action } from "../../protocol/documents/order.ts";
import { auxPair } from "../../protocol/log/aux.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import {
  FIRMWARE_MILLIVOLT,
  LOW_MILLIVOLT,
  LOW_UNDER_MOTOR_MILLIVOLT,
  millivoltFor,
  REPLACED_MILLIVOLT,
} from "./battery-levels.ts";
import { BenchLock } from "./testing/bench-lock.ts";

test("a battery that gets low, and one that was replaced, are records; what it recovers after a load is not", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const { battery } = bench.lock.hardware;
  for (const millivolt of [3990, 4010, 3980, 6000]) {
    battery.set({ millivolt });
    bench.clock.advance(61_000);
    const isLow = (session.done({ name: "status" }).flags & Flag.batteryLow) !== 0;
    assert.equal(isLow, millivolt < 5000);
  }
  const records = bench.log(session).filter(({ type }) => type === RecordType.battery);
  assert.deepEqual(
    records.map(({ n, aux }) => [n, auxPair(aux)[1]]),
    [
      [0, 3990],
      [1, 6000],
    ],
  );
});

test("a battery in its reserve lets people in, relocks behind them, and does no other action", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  bench.lock.setBattery(3799);
  for (const action of [Action.lock, Action.hold, Action.endHold])
    assert.equal(session.reason(bench.act(session, { action })), Reason.batteryTooLow);
  session.done(bench.act(session));
  assert.equal(bench.boltPosition, "drawn");
  bench.clock.advance(10_000);
  assert.equal(bench.boltPosition, "thrown");
  bench.lock.setBattery(3599);
  assert.equal(session.reason(bench.act(session)), Reason.batteryTooLow);
});

test("a battery that is good enough for doors may be too low for new firmware", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  assert.equal(session.reason({ name: "firmwareApply" }), Reason.unknownCommand);
  bench.lock.setBattery(4199);
  assert.equal(session.reason({ name: "firmwareApply" }), Reason.batteryTooLow);
  assert.equal(session.reason(bench.act(session, { action: Action.hold })), Reason.done);
});

test("each voltage of the table is the first that is enough", () => {
  const actions = [Action.unlock, Action.lock] as const;
  assert.deepEqual(actions.map(millivoltFor), [3600, 3800]);
  assert.deepEqual(
    [FIRMWARE_MILLIVOLT, LOW_MILLIVOLT, LOW_UNDER_MOTOR_MILLIVOLT, REPLACED_MILLIVOLT],
    [4200, 4000, 3700, 4500],
  );
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const isLowAt = (millivolt: number) => {
    bench.lock.hardware.battery.set({ millivolt });
    bench.clock.advance(61_000);
    return (session.done({ name: "status" }).flags & Flag.batteryLow) !== 0;
  };
  assert.deepEqual([4000, 3999, 4499, 4500].map(isLowAt), [false, true, true, false]);
  bench.lock.setBattery(3800);
  assert.equal(session.reason(bench.act(session, { action: Action.lock })), Reason.done);
  bench.lock.setBattery(3600);
  assert.equal(session.reason(bench.act(session)), Reason.done);
});

test("a battery that is good at rest but sags under the motor is low, and still good for what it is good for", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  bench.lock.hardware.battery.set({ millivolt: 4300, temperatureC: -30 });
  session.done(bench.act(session));
  const low = bench.log(session).find(({ type }) => type === RecordType.battery);
  assert.deepEqual([low?.n, auxPair(low!.aux)[1]], [0, 3169]);
  assert.equal(session.reason(bench.act(session, { action: Action.lock })), Reason.done);
});

test("an order is not refused while the bolt relocks at boot, before the battery was ever seen at rest", () => {
  const bench = new BenchLock();
  const { paired, session } = bench.furnish();
  session.done(bench.act(session));
  const { bolt } = bench.lock.hardware;
  // So that it is still under way when the session stands.
  bolt.jam(true);
  bench.reboot();
  const { session: reopened } = bench.open(paired);
  assert.equal(bolt.isDriven(), true);
  bolt.jam(false);
  assert.equal(reopened.reason(bench.act(reopened)), Reason.done);
});
