import assert from "node:assert/strict";
import { test } from "node:test";
import type { Settings } from "../../../protocol/documents/settings.ts";
import { type LogRecord, RecordType } from "../../../protocol/log/record.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { TestSite } from "../testing/test-site.ts";
import { BenchDoor, NO_ID, TAG_CREDENTIAL } from "./testing/bench-door.ts";

const ID = TestSite.id(0x21);
const PIN = "123456";
const WRONG = "654321";

function withPin(settings: Settings = {}): BenchDoor {
  const door = new BenchDoor([]);
  door.commit([{ id: ID, credentials: [door.pin(ID, PIN), TAG_CREDENTIAL] }], { settings });
  door.news();
  return door;
}

function typesOf(records: readonly LogRecord[]): number[] {
  return records.map(({ type }) => type);
}

/** How long the keypad stays locked out, by trying every second whether it is; tags go on working. */
function lockedOutSeconds(door: BenchDoor): number {
  for (let seconds = 0; ; seconds++) {
    if (!door.lock.firmware!.inside.lockout.isOn) return seconds;
    door.wait(1000);
  }
}

test("a wrong PIN is a record and a signal; the one too many locks the keypad out, the keypad alone", () => {
  const door = withPin({ wrongTriesMax: 3 });
  for (let i = 0; i < 2; i++) {
    door.type(WRONG);
    const [record, ...more] = door.news();
    assert.deepEqual(more, []);
    assert.deepEqual([record?.type, record?.result, record?.ref], [RecordType.wrongTry, Reason.proofMissing, NO_ID]);
    assert.equal(door.signals.at(-1), "refused");
  }
  door.type(WRONG);
  assert.deepEqual(typesOf(door.news()), [RecordType.wrongTry, RecordType.lockedOut]);
  assert.equal(door.signals.at(-1), "locked-out");
  door.refuses(Reason.lockedOut, NO_ID, () => door.type(PIN));
  door.opensBy(ID, () => door.showTag());
});

test("what is no PIN at all is a wrong try too", () => {
  const door = withPin({ wrongTriesMax: 3 });
  for (const digits of ["1", "12345678901234", "123"]) door.type(digits);
  assert.equal(door.lock.firmware!.inside.lockout.isOn, true);
});

test("after its time the keypad works again, and each further wrong try locks it out for twice as long, up to an hour", () => {
  const door = withPin({ wrongTriesMax: 3, lockoutSeconds: 300 });
  door.type(WRONG);
  door.type(WRONG);
  for (const seconds of [300, 600, 1200, 2400, 3600, 3600]) {
    door.type(WRONG);
    assert.equal(lockedOutSeconds(door), seconds);
  }
});

test("a PIN that opens makes an end of the counting; one that is right but does not open changes nothing", () => {
  const door = withPin({ wrongTriesMax: 3 });
  door.type(WRONG);
  door.type(WRONG);
  door.opensBy(ID, () => door.type(PIN));
  door.settle();
  door.type(WRONG);
  door.type(WRONG);
  door.lock.setPrivacy(true);
  door.type(PIN);
  door.lock.setPrivacy(false);
  assert.equal(door.lock.firmware!.inside.lockout.isOn, false);
  door.type(WRONG);
  assert.equal(door.lock.firmware!.inside.lockout.isOn, true);
});

test("a power cut resets neither the count nor the lockout, which begins anew and is written down again", () => {
  const door = withPin({ wrongTriesMax: 3, lockoutSeconds: 60 });
  door.type(WRONG);
  door.type(WRONG);
  door.bench.reboot();
  door.type(WRONG);
  assert.equal(door.lock.firmware!.inside.lockout.isOn, true);
  door.wait(59_000);
  door.news();
  door.bench.reboot();
  assert.deepEqual(typesOf(door.news()), [RecordType.boot, RecordType.lockedOut]);
  assert.equal(lockedOutSeconds(door), 60);
  door.bench.reboot();
  assert.equal(door.lock.firmware!.inside.lockout.isOn, false);
  door.opensBy(ID, () => door.type(PIN));
});

test("whoever cuts the power at any flash operation of a wrong try has had that try", () => {
  for (let n = 1, wasCut = true; wasCut; n++) {
    const door = withPin({ wrongTriesMax: 5 });
    for (let i = 0; i < 4; i++) door.type(WRONG);
    door.bench.flash.powerCutAtOperation(n);
    door.type(WRONG);
    wasCut = door.lock.firmware === undefined;
    door.bench.reboot();
    // Only a cut before the count is whole leaves none: then the PIN had not been looked at either.
    assert.equal(door.lock.firmware!.inside.lockout.isOn, n > 1, `flash operation ${n}`);
  }
});

test("a clock that jumps or stops does not shorten a lockout", () => {
  const door = withPin({ wrongTriesMax: 1, lockoutSeconds: 60 });
  const { rtc } = door.lock.hardware;
  for (const upset of [() => rtc.set(rtc.seconds() + 86_400), () => rtc.set(1000), () => rtc.lose()]) {
    door.type(WRONG);
    const lasted = door.lock.firmware!.inside.lockout;
    door.wait(30_000);
    upset();
    door.wait(29_000);
    assert.equal(lasted.isOn, true);
    door.lock.firmware!.inside.lockout.forget();
  }
});

test("a factory reset forgets the tries with the grants", () => {
  const door = withPin({ wrongTriesMax: 1 });
  door.type(WRONG);
  door.lock.factoryReset();
  assert.equal(door.lock.firmware!.inside.lockout.isOn, false);
});
