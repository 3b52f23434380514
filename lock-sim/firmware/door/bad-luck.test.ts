import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../../crypto/noble.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { atEveryFlashOperation } from "../testing/power-cuts.ts";
import { TestSite } from "../testing/test-site.ts";
import { BenchDoor, OTHER_UID, TAG_CREDENTIAL } from "./testing/bench-door.ts";

const ID = TestSite.id(0x21);
const PIN = "123456";

function withPin(options: ConstructorParameters<typeof BenchDoor>[1] = {}): BenchDoor {
  const door = new BenchDoor([], options);
  door.commit([{ id: ID, credentials: [door.pin(ID, PIN), TAG_CREDENTIAL], uses: 40 }], options);
  door.news();
  return door;
}

test("5,000 wrong PINs open nothing, are all told of, and leave no more records than the limits allow", () => {
  const door = withPin();
  for (let i = 0; i < 5000; i++) door.type(String(100_000 + i));
  const refused = door.signals.filter((signal) => signal === "refused" || signal === "locked-out");
  assert(refused.length >= 5000);
  assert.equal(door.bolt, "thrown");
  const records = door.news();
  assert(records.length <= 12, `${records.length} records`);
  door.wait(3_600_000);
  door.type(PIN);
  door.wait(1000);
  assert.equal(door.bolt, "drawn", "whoever lives there still gets in");
});

test("a guesser who waits for every lockout to end gets one try an hour; whoever lives there still gets in", () => {
  const door = withPin();
  for (let i = 0; i < 5; i++) door.type("999999");
  const records = [...door.news()];
  for (let hours = 1; hours <= 24; hours++) {
    door.wait(3_600_000);
    for (let i = 0; i < 10; i++) door.type("999999");
    records.push(...door.news());
  }
  const tries = records.filter(({ type }) => type === RecordType.wrongTry);
  assert.equal(tries.length, 5 + 24);
  assert.equal(door.bolt, "thrown");
  door.wait(3_600_000);
  door.opensBy(ID, () => door.type(PIN));
});

test("a flooded keypad loses keys, never its mind: the next PIN opens", () => {
  const door = withPin();
  for (let i = 0; i < 1000; i++) door.lock.pressKeys("8".repeat(1000));
  assert.deepEqual(door.news(), []);
  door.lock.pressKeys("*");
  door.opensBy(ID, () => door.type(PIN));
  door.lock.pressKeys("**##**##**##**##**##**##");
  door.lock.pressKeys("77");
  door.wait(11_000);
  assert.equal(door.signals.at(-1), "refused", "keys given up are told of");
});

test("keys pressed without power are nobody's PIN", () => {
  const door = withPin();
  door.lock.pressKeys("123");
  door.bench.reboot();
  door.lock.pressKeys("456#");
  assert.equal(door.lock.firmware!.inside.store.newestFirst().next().value?.type, RecordType.wrongTry);
  door.lock.powerOff();
  door.lock.pressKeys(`${PIN}#`);
  door.lock.powerOn();
  door.settle();
  assert.equal(door.bolt, "thrown");
});

test("a retreat from an open door that jams is a record, and the bolt is thrown once it is free and the door closed", () => {
  const door = withPin();
  door.type(PIN);
  door.wait(5600);
  door.lock.setDoor(true);
  door.lock.hardware.bolt.jam(true);
  door.wait(5000);
  assert.equal(door.bolt, "between");
  door.lock.hardware.bolt.jam(false);
  door.lock.setDoor(false);
  door.wait(9000);
  assert.equal(door.bolt, "thrown");
  assert.deepEqual(
    door.news().map(({ type }) => type),
    [
      ...[RecordType.intent, RecordType.unlocked, RecordType.done],
      ...[RecordType.doorOpened, RecordType.jammed, RecordType.doorClosed, RecordType.locked],
    ],
  );
});

test("a door that opens while the bolt is thrown by itself: it retreats, and is thrown once the door is closed", () => {
  const door = withPin();
  door.type(PIN);
  door.wait(5600);
  assert.equal(door.bolt, "between");
  door.lock.setDoor(true);
  door.wait(1000);
  assert.equal(door.bolt, "drawn");
  door.lock.setDoor(false);
  door.wait(1000);
  assert.equal(door.bolt, "thrown");
  assert.deepEqual(
    door.news().map(({ type }) => type),
    [
      ...[RecordType.intent, RecordType.unlocked, RecordType.done],
      ...[RecordType.doorOpened, RecordType.doorClosed, RecordType.locked],
    ],
  );
});

test("a door slammed open and shut at every moment of an opening ends closed and locked", () => {
  for (let atMs = 0; atMs < 7000; atMs += 130) {
    const door = withPin();
    door.type(PIN);
    door.wait(atMs);
    door.lock.setDoor(true);
    door.wait(70);
    door.lock.setDoor(false);
    door.wait(70);
    door.lock.setDoor(true);
    door.wait(300);
    door.lock.setDoor(false);
    door.wait(20_000);
    assert.equal(door.bolt, "thrown", `slammed after ${atMs} ms`);
    const dones = door.news().filter(({ type }) => type === RecordType.done);
    assert.deepEqual(
      dones.map(({ result }) => result),
      [Reason.done],
    );
  }
});

test("a clock that jumps changes what may be opened, and nothing that was shown, counted or begun", () => {
  const door = withPin();
  const { rtc } = door.lock.hardware;
  door.commit([{ id: ID, credentials: [door.pin(ID, PIN), TAG_CREDENTIAL], rule: 2 }]);
  door.showTag();
  rtc.set(rtc.seconds() + 3600);
  door.type(PIN);
  rtc.set(rtc.seconds() - 7200);
  door.wait(10_000);
  assert.equal(door.bolt, "thrown");
  door.news();
  rtc.set(rtc.seconds() + 400 * 86_400);
  door.refuses(Reason.expired, ID, () => door.showTag());
});

test("power that goes at any flash operation of an opening by PIN: done at most once, uses counted, nobody locked out", () => {
  atEveryFlashOperation({
    prepare: () => {
      const prepared = withPin();
      return { bench: prepared.bench, prepared };
    },
    action: (bench, door) => {
      door.type(PIN);
      bench.clock.advance(3000);
    },
    check: (bench, door, wasCut) => {
      const records = door.news();
      const intents = records.filter(({ type }) => type === RecordType.intent);
      const dones = records.filter(({ type }) => type === RecordType.done);
      const events = records.filter(({ type }) => type === RecordType.unlocked);
      assert.equal(dones.length, intents.length);
      for (const { result, ref } of dones) {
        assert.deepEqual(ref, ID);
        assert.equal(result, events.length === 1 ? Reason.done : Reason.outcomeUnknown);
      }
      if (!wasCut) assert.equal(events.length, 1);
      bench.clock.advance(20_000);
      assert.equal(bench.boltPosition, "thrown");
      const { uses, lockout } = bench.lock.firmware!.inside;
      assert.equal(uses.used({ id: ID }), intents.length);
      assert.equal(lockout.isOn, false);
      door.news();
      door.opensBy(ID, () => door.type(PIN));
    },
  });
});

test("firmware's own primitives open as the fast ones do", () => {
  const door = withPin({ lockSuite: nobleSuite });
  door.opensBy(ID, () => door.type(PIN));
  door.settle();
  door.opensBy(ID, () => door.showTag());
  door.refuses(Reason.unknownGrant, new Uint8Array(8), () => door.showTag(OTHER_UID));
});
