import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../crypto/noble.ts";
import { RecordType } from "../protocol/log/record.ts";
import { SeededRandom } from "../protocol/testing/seeded-random.ts";
import { leaveFactory, OtherLabel } from "./factory.ts";
import { MemoryFlash } from "./hardware/memory-flash.ts";
import type { Lock } from "./lock.ts";
import { NOT_IN_PAIRING_MODE, P1, smallLock } from "./testing/small-lock.ts";

/** A carrier that remembers. */
function attach(lock: Lock) {
  const seen = { frames: [] as Uint8Array[], isClosed: false };
  const connection = lock.connect({
    send: (frame) => seen.frames.push(frame),
    close: () => {
      seen.isClosed = true;
    },
  });
  return { seen, connection };
}

function eventsOf(lock: Lock): number[] {
  return [...lock.firmware!.inside.store.newestFirst()].map(({ type }) => type).reverse();
}

test("a frame gets its answer on the connection it came on", () => {
  const { lock } = smallLock();
  const [one, other] = [attach(lock), attach(lock)];
  lock.receive(one.connection!, P1);
  assert.deepEqual(one.seen.frames, [NOT_IN_PAIRING_MODE]);
  assert.deepEqual(other.seen.frames, []);
  assert.deepEqual(lock.counters.all, { framesIn: 1, framesOut: 1, refused: 1, dropped: 0 });
});

test("a power cycle ends the connections, the lock is deaf for as long, and then boots", () => {
  const { lock, clock } = smallLock();
  const { seen, connection } = attach(lock);
  lock.powerCycle(500);
  assert.equal(seen.isClosed, true);
  lock.receive(connection!, P1);
  assert.equal(attach(lock).connection, undefined);
  clock.advance(499);
  assert.equal(lock.firmware, undefined);
  assert.equal(lock.uptimeMs, 0);
  clock.advance(1);
  assert.deepEqual(eventsOf(lock), [RecordType.boot, RecordType.boot]);
  assert.notEqual(attach(lock).connection, undefined);
  assert.deepEqual(seen.frames, []);
});

test("without power no button does anything", () => {
  const { lock } = smallLock();
  lock.powerOff();
  lock.pressPairingButton();
  lock.factoryReset();
  lock.powerOn();
  assert.deepEqual(eventsOf(lock), [RecordType.boot, RecordType.boot]);
});

test("pairing mode ends with the power, and flash alone outlives it", () => {
  const { lock, clock } = smallLock();
  lock.pressPairingButton();
  assert.equal(lock.firmware?.inside.pairing.isOn(0), true);
  lock.powerCycle(0);
  clock.advance(0);
  assert.equal(lock.firmware?.inside.pairing.isOn(0), false);
});

test("power that returns twice is one boot", () => {
  const { lock, clock } = smallLock();
  lock.powerCycle(100);
  lock.powerCycle(300);
  clock.advance(200);
  assert.equal(lock.firmware, undefined);
  lock.powerOn();
  clock.advance(1000);
  assert.deepEqual(eventsOf(lock), [RecordType.boot, RecordType.boot]);
});

test("a power cut in the middle of a flash operation turns the lock off, and it boots from what is left", () => {
  const { lock } = smallLock();
  const { seen } = attach(lock);
  lock.hardware.flash.powerCutAtOperation(1);
  lock.factoryReset();
  assert.equal(lock.firmware, undefined);
  assert.equal(seen.isClosed, true);
  lock.powerOn();
  assert.equal(eventsOf(lock).at(-1), RecordType.boot);
});

test("firmware is woken when it asked to be: of a door left open it tells by itself, in time", () => {
  const { lock, clock } = smallLock();
  lock.setDoor(true);
  clock.advance(59_999);
  assert.equal(eventsOf(lock).at(-1), RecordType.doorForced);
  clock.advance(1);
  assert.equal(eventsOf(lock).at(-1), RecordType.doorLeftOpen);
});

test("a lock that nobody touches sleeps, but for measuring its battery once a minute, door open or closed", () => {
  const { lock, clock } = smallLock();
  for (const isOpen of [true, false]) {
    lock.setDoor(isOpen);
    clock.advance(120_000);
    let wakes = 0;
    const stopCounting = lock.observe(() => wakes++);
    clock.advance(3_600_000);
    stopCounting();
    assert.equal(wakes, 60);
  }
});

test("a lock leaves the factory once: it keeps its label and its keys", () => {
  const flash = new MemoryFlash();
  const first = leaveFactory(flash, nobleSuite, new SeededRandom(1));
  const image = flash.image();
  const again = leaveFactory(flash, nobleSuite, new SeededRandom(2), first);
  assert.deepEqual(again.lockId, first.lockId);
  assert.deepEqual(flash.image(), image);
  const other = leaveFactory(new MemoryFlash(), nobleSuite, new SeededRandom(3));
  assert.throws(() => leaveFactory(flash, nobleSuite, new SeededRandom(4), other), OtherLabel);
});

test("the same clock, randomness and hands give the same flash, bit by bit", () => {
  const run = () => {
    const { lock, clock } = smallLock(42);
    lock.pressPairingButton();
    clock.advance(60_000);
    lock.powerCycle(5);
    clock.advance(1_000);
    return lock.hardware.flash.image();
  };
  assert.deepEqual(run(), run());
});

test("a lock that never left the factory does not boot", () => {
  const { lock } = smallLock();
  lock.powerOff();
  lock.hardware.flash.eraseBlock(0);
  assert.throws(() => lock.powerOn());
});
