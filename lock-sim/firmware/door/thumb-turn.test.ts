import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordFlag, RecordType } from "../../../protocol/log/record.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { TestSite } from "../testing/test-site.ts";
import { BenchDoor } from "./testing/bench-door.ts";

const ID = TestSite.id(0x21);
const PIN = "123456";

function withPin(): BenchDoor {
  const door = new BenchDoor([]);
  door.commit([{ id: ID, credentials: [door.pin(ID, PIN)] }]);
  door.news();
  return door;
}

function jam(door: BenchDoor): void {
  door.lock.hardware.bolt.jam(true);
  door.type(PIN);
  door.wait(5000);
}

function relock(door: BenchDoor): void {
  door.type(PIN);
  door.wait(5600);
}

test("a thumb-turn always works, and is written down as a hand's, whatever state the lock is in", () => {
  const states: [string, (door: BenchDoor) => void][] = [
    ["at rest", () => {}],
    ["without power", (door) => door.lock.powerOff()],
    ["jammed", jam],
    ["locked out", (door) => Array.from({ length: 6 }, () => door.type("0000"))],
    ["with privacy on", (door) => door.lock.setPrivacy(true)],
    ["with an empty battery", (door) => door.lock.setBattery(100)],
    ["with its case open", (door) => door.lock.setCase(true)],
    ["with a lost clock", (door) => door.lock.hardware.rtc.lose()],
    ["while the motor throws the bolt", relock],
  ];
  for (const [state, arrange] of states) {
    const door = withPin();
    arrange(door);
    door.lock.turnThumb("drawn");
    assert.equal(door.bolt, "drawn", state);
    door.wait(60_000);
    assert.equal(door.bolt, "drawn", `${state}, later`);
    if (!door.lock.firmware) continue;
    const byHand = door.news().filter(({ flags }) => flags & RecordFlag.byHand);
    assert.deepEqual(
      byHand.map(({ type }) => type),
      [RecordType.unlocked],
      state,
    );
  }
});

test("a hand that locks while somebody is let in: the opening was not done, and says so", () => {
  const door = withPin();
  door.type(PIN);
  door.wait(200);
  door.lock.turnThumb("thrown");
  door.wait(20_000);
  assert.equal(door.bolt, "thrown");
  assert.deepEqual(
    door.news().map(({ type, result, flags }) => [type, result, flags]),
    [
      [RecordType.intent, 1, 0],
      [RecordType.locked, 0, RecordFlag.byHand],
      [RecordType.jammed, 0, 0],
      [RecordType.done, Reason.jammed, 0],
    ],
  );
});
