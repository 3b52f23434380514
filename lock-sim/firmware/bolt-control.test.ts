import assert from "node:assert/strict";
import { test } from "node:test";
import { Action } from "../../protocol/documents/order.ts";
import type { Settings } from "../../protocol/documents/settings.ts";
import { RecordFlag, RecordType } from "../../protocol/log/record.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import { BenchLock, GRANT_ID } from "./testing/bench-lock.ts";
import type { TestSession } from "./testing/test-session.ts";

function furnished(settings: Settings = {}): { bench: BenchLock; session: TestSession } {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  bench.sendRoster(session, 2, [bench.site.grant(bench.now, GRANT_ID)], { settings });
  return { bench, session };
}

function lastTypes(bench: BenchLock, session: TestSession, count: number): number[] {
  return bench
    .log(session)
    .slice(-count)
    .map(({ type }) => type);
}

test("an order is answered when the end stop is reached, not before", () => {
  const { bench, session } = furnished();
  const beforeMs = bench.clock.monotonicMs();
  assert.equal(session.line.send(session.sealed(bench.act(session))), undefined);
  session.line.wait();
  const tookMs = bench.clock.monotonicMs() - beforeMs;
  assert(tookMs >= 400 && tookMs <= 440, `${tookMs} ms`);
});

test("a timed unlock lasts as long as the roster says, each order anew", () => {
  const { bench, session } = furnished({ unlockSeconds: 20 });
  session.done(bench.act(session));
  bench.clock.advance(15_000);
  session.done(bench.act(session));
  bench.clock.advance(19_000);
  assert.equal(bench.boltPosition, "drawn");
  bench.clock.advance(2000);
  assert.equal(bench.boltPosition, "thrown");
});

test("the bolt is not thrown into an open door: it waits", () => {
  const { bench, session } = furnished();
  session.done(bench.act(session));
  bench.lock.setDoor(true);
  bench.clock.advance(30_000);
  assert.equal(bench.boltPosition, "drawn");
  bench.lock.setDoor(false);
  bench.clock.advance(1000);
  assert.equal(bench.boltPosition, "thrown");
  assert.deepEqual(lastTypes(bench, session, 3), [RecordType.doorOpened, RecordType.doorClosed, RecordType.locked]);
});

test("a hold stays until it is ended, whatever timed unlocks come in between", () => {
  const { bench, session } = furnished();
  session.done(bench.act(session, { action: Action.hold }));
  session.done(bench.act(session));
  bench.clock.advance(60_000);
  assert.equal(bench.boltPosition, "drawn");
  session.done(bench.act(session, { action: Action.endHold }));
  bench.clock.advance(2000);
  assert.equal(bench.boltPosition, "thrown");
  const holds = bench.log(session).filter(({ type }) => type === RecordType.hold);
  assert.deepEqual(
    holds.map(({ n }) => n),
    [0, 1],
  );
});

test("locking ends a hold", () => {
  const { bench, session } = furnished();
  session.done(bench.act(session, { action: Action.hold }));
  session.done(bench.act(session, { action: Action.lock }));
  assert.equal(bench.boltPosition, "thrown");
  session.done(bench.act(session));
  bench.clock.advance(10_000);
  assert.equal(bench.boltPosition, "thrown");
});

test("an order turns a bolt round that is relocking by itself", () => {
  const { bench, session } = furnished();
  session.done(bench.act(session));
  bench.clock.advance(5200);
  assert.equal(bench.boltPosition, "between");
  session.done(bench.act(session));
  assert.equal(bench.boltPosition, "drawn");
});

test("a relock that jams is a record, shows in the flags, and is tried again until it is done", () => {
  const { bench, session } = furnished();
  session.done(bench.act(session));
  bench.lock.hardware.bolt.jam(true);
  bench.clock.advance(9000);
  assert.equal(session.done({ name: "status" }).flags & Flag.jammed, Flag.jammed);
  assert.deepEqual(lastTypes(bench, session, 1), [RecordType.jammed]);
  bench.lock.hardware.bolt.jam(false);
  bench.clock.advance(12_000);
  assert.equal(bench.boltPosition, "thrown");
  assert.deepEqual(lastTypes(bench, session, 1), [RecordType.locked]);
});

test("a bolt that jams half way for somebody is thrown again later", () => {
  const { bench, session } = furnished();
  session.line.send(session.sealed(bench.act(session)));
  bench.clock.advance(200);
  bench.lock.hardware.bolt.jam(true);
  session.line.wait();
  assert.equal(bench.boltPosition, "between");
  bench.lock.hardware.bolt.jam(false);
  bench.clock.advance(12_000);
  assert.equal(bench.boltPosition, "thrown");
});

test("a bolt that jams half way for somebody is thrown ten seconds later", () => {
  const { bench, session } = furnished();
  session.line.send(session.sealed(bench.act(session)));
  bench.clock.advance(200);
  bench.lock.hardware.bolt.jam(true);
  session.line.wait();
  const jammedAtMs = bench.clock.monotonicMs();
  bench.lock.hardware.bolt.jam(false);
  while (!bench.lock.hardware.bolt.isDriven()) bench.clock.advance(20);
  const waitedMs = bench.clock.monotonicMs() - jammedAtMs;
  assert(waitedMs >= 10_000 && waitedMs <= 10_040, `${waitedMs} ms`);
});

test("an order to lock that ends in a jam is not tried again by itself: its bearer was told", () => {
  const { bench, session } = furnished();
  bench.lock.turnThumb("drawn");
  session.line.send(session.sealed(bench.act(session, { action: Action.lock })));
  bench.clock.advance(200);
  bench.lock.hardware.bolt.jam(true);
  session.line.wait();
  bench.lock.hardware.bolt.jam(false);
  bench.clock.advance(60_000);
  assert.equal(bench.boltPosition, "between");
});

test("a hand on the inside is a record, and relocks only if the roster says so", () => {
  const { bench, session } = furnished();
  bench.lock.turnThumb("drawn");
  bench.clock.advance(60_000);
  assert.equal(bench.boltPosition, "drawn");
  const byHand = bench.log(session).at(-1);
  assert.deepEqual([byHand?.type, byHand?.flags], [RecordType.unlocked, RecordFlag.byHand]);
  bench.lock.turnThumb("thrown");
  bench.clock.advance(1000);
  assert.deepEqual(lastTypes(bench, session, 1), [RecordType.locked]);

  bench.sendRoster(session, 3, [bench.site.grant(bench.now, GRANT_ID)], { settings: { autoRelockSeconds: 30 } });
  bench.lock.turnThumb("drawn");
  bench.clock.advance(29_000);
  assert.equal(bench.boltPosition, "drawn");
  bench.clock.advance(3000);
  assert.equal(bench.boltPosition, "thrown");

  bench.lock.turnThumb("drawn");
  bench.lock.setDoor(true);
  bench.clock.advance(50_000);
  assert.equal(bench.boltPosition, "drawn");
  bench.lock.setDoor(false);
  bench.clock.advance(1000);
  assert.equal(bench.boltPosition, "thrown");
});

test("a hand that locks a door that is held open ends the hold", () => {
  const { bench, session } = furnished();
  session.done(bench.act(session, { action: Action.hold }));
  bench.lock.turnThumb("drawn");
  bench.clock.advance(60_000);
  assert.equal(bench.boltPosition, "drawn");
  bench.lock.turnThumb("thrown");
  assert.deepEqual(lastTypes(bench, session, 1), [RecordType.locked]);
  session.done(bench.act(session));
  bench.clock.advance(10_000);
  assert.equal(bench.boltPosition, "thrown");
});

test("a hold survives a power cut, and a timed unlock after it", () => {
  const bench = new BenchLock();
  const { paired, session } = bench.furnish();
  session.done(bench.act(session, { action: Action.hold }));
  bench.reboot();
  const { session: next } = bench.open(paired);
  next.done(bench.act(next));
  bench.clock.advance(60_000);
  assert.equal(bench.boltPosition, "drawn");
});

test("a bolt that was locked and that a hand drew in the dark stays so, whatever was before", () => {
  const { bench, session } = furnished();
  session.done(bench.act(session));
  bench.clock.advance(10_000);
  bench.lock.powerOff();
  bench.lock.turnThumb("drawn");
  bench.lock.powerOn();
  bench.clock.advance(60_000);
  assert.equal(bench.boltPosition, "drawn");
});

test("after a factory reset the newest generation has the last word on the bolt", () => {
  const { bench, session } = furnished();
  session.done(bench.act(session));
  bench.clock.advance(10_000);
  bench.lock.factoryReset();
  const paired = bench.pair();
  const { session: next } = bench.open(paired);
  const grant = bench.site.grant(bench.now, GRANT_ID);
  bench.sendRoster(next, 1, [grant], { generation: 1 });
  next.done(bench.act(next, { action: Action.hold }));
  bench.reboot();
  const { session: last } = bench.open(paired);
  last.done(bench.act(last));
  bench.clock.advance(60_000);
  assert.equal(bench.boltPosition, "drawn");
});

test("after a power cut a bolt that a hand drew stays as the hand left it", () => {
  const { bench } = furnished();
  bench.lock.turnThumb("drawn");
  bench.clock.advance(1000);
  bench.reboot();
  bench.clock.advance(60_000);
  assert.equal(bench.boltPosition, "drawn");
});
