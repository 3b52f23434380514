import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordType } from "../../../protocol/log/record.ts";
import { BenchDoor } from "./testing/bench-door.ts";

function privacyEvents(door: BenchDoor): number[] {
  return door.news().flatMap(({ type, n }) => (type === RecordType.privacy ? [n] : []));
}

test("a switch that stays as it is over a power cut is no event", () => {
  const door = new BenchDoor([]);
  door.lock.setPrivacy(true);
  assert.deepEqual(privacyEvents(door), [0]);
  door.bench.reboot();
  door.wait(5000);
  assert.deepEqual(privacyEvents(door), []);
  assert.equal(door.lock.firmware!.inside.privacy.isOn, true);
});

test("a switch that was turned in the dark is noticed at boot", () => {
  const door = new BenchDoor([]);
  door.lock.setPrivacy(true);
  door.lock.powerOff();
  door.lock.setPrivacy(false);
  door.lock.powerOn();
  assert.deepEqual(privacyEvents(door), [0, 1]);
});

test("neither a door that opens nor a hand on the thumb-turn ends privacy: only the switch does", () => {
  const door = new BenchDoor([]);
  door.lock.setPrivacy(true);
  door.lock.turnThumb("drawn");
  door.lock.setDoor(true);
  door.lock.setDoor(false);
  door.lock.turnThumb("thrown");
  door.wait(3_600_000);
  assert.equal(door.lock.firmware!.inside.privacy.isOn, true);
});
