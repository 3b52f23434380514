import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { toHex } from "../../protocol/wire/bytes.ts";
import { BenchDoor, TAG_CREDENTIAL, UID } from "../firmware/door/testing/bench-door.ts";
import { TestSite } from "../firmware/testing/test-site.ts";
import { rigFixture } from "../testing/rig-fixture.ts";
import type { LockState } from "./state-schema.ts";

const PIN_GRANT = TestSite.id(0x31);
const TAG_GRANT = TestSite.id(0x32);
const PIN = "482915";

interface Answer {
  status: number;
  state: LockState;
  detail: string;
  field: string | undefined;
}

async function handled(t: TestContext, small?: Parameters<typeof rigFixture>[1]) {
  const fixture = await rigFixture(t, small);
  const ask = async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(fixture.url + path, {
      method,
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as LockState & Answer;
    return { status: response.status, state: answer, detail: answer.detail, field: answer.field };
  };
  return { ...fixture, ask, post: (path: string, body: object) => ask("POST", path, body) };
}

/** A lock whose table holds a PIN and a tag. */
async function furnished(t: TestContext) {
  const door = new BenchDoor([{ id: TAG_GRANT, credentials: [TAG_CREDENTIAL] }]);
  door.commit([
    { id: PIN_GRANT, credentials: [door.pin(PIN_GRANT, PIN)] },
    { id: TAG_GRANT, credentials: [TAG_CREDENTIAL] },
  ]);
  const { lock, label, clock } = door.bench;
  return handled(t, { lock, label, clock });
}

test("a PIN is typed as digits, or key by key", async (t) => {
  const { post, clock, lock } = await furnished(t);
  await post("/v1/keypad", { digits: PIN });
  clock.advance(1000);
  assert.equal(lock.hardware.bolt.position(), "drawn");
  clock.advance(10_000);
  assert.equal(lock.hardware.bolt.position(), "thrown");
  await post("/v1/keypad", { keys: "99*" });
  await post("/v1/keypad", { keys: PIN });
  clock.advance(1000);
  assert.equal(lock.hardware.bolt.position(), "thrown");
  await post("/v1/keypad", { keys: "#" });
  clock.advance(1000);
  assert.equal(lock.hardware.bolt.position(), "drawn");
});

test("a genuine tag opens, a cloned and a foreign one are refused", async (t) => {
  const { ask, post, clock, lock } = await furnished(t);
  const uid = toHex(UID);
  for (const kind of ["cloned", "foreign"]) {
    assert.equal((await post("/v1/tag", { uid, kind })).state.tag, uid);
    clock.advance(1000);
    assert.equal(lock.hardware.bolt.position(), "thrown", kind);
    assert.equal(lock.hardware.signals.last, "refused");
    assert.equal((await ask("DELETE", "/v1/tag")).state.tag, null);
    clock.advance(20_000);
  }
  await post("/v1/tag", { uid, kind: "genuine" });
  clock.advance(1000);
  assert.equal(lock.hardware.bolt.position(), "drawn");
});

test("without site secrets no tag is genuine, and the answer says why", async (t) => {
  const { post } = await handled(t);
  const uid = "04010203040506";
  const { status, detail } = await post("/v1/tag", { uid, kind: "genuine" });
  assert.equal(status, 409);
  assert.match(detail, /no site secrets/);
  assert.equal((await post("/v1/tag", { uid, kind: "cloned" })).status, 200);
  assert.equal((await post("/v1/tag", { uid: "04", kind: "cloned" })).field, "uid");
  assert.equal((await post("/v1/tag", { uid, kind: "lost" })).detail, "kind must be one of genuine, cloned, foreign");
});

test("hands at the door are seen in the state", async (t) => {
  const { post } = await handled(t);
  assert.equal((await post("/v1/door", { open: true })).state.door, "open");
  assert.equal((await post("/v1/privacy", { on: true })).state.privacy, true);
  assert.equal((await post("/v1/tamper", {})).state.tamper, true);
  assert.equal((await post("/v1/tamper", { open: false })).state.tamper, false);
  assert.equal((await post("/v1/thumb-turn", {})).state.bolt.position, "drawn");
  assert.equal((await post("/v1/thumb-turn", { to: "thrown" })).state.bolt.position, "thrown");
  const { battery } = (await post("/v1/battery", { millivolt: 4321, temperatureC: -7 })).state;
  assert.deepEqual(battery, { millivolt: 4321, temperatureC: -7 });
  assert.equal((await post("/v1/keypad", {})).field, "digits");
  assert.equal((await post("/v1/keypad", { digits: "12", keys: "1" })).status, 400);
});

test("the calendar clock jumps, drifts and loses its time", async (t) => {
  const { post, clock } = await furnished(t);
  const seconds = async () => (await post("/v1/tamper", { open: false })).state.clock!.seconds;
  const before = await seconds();
  await post("/v1/clock", { stepMs: 3_600_000 });
  assert.equal(await seconds(), before + 3600);
  assert.equal((await post("/v1/clock", { driftPpm: 100_000 })).state.faults.clockDriftPpm, 100_000);
  clock.advance(100_000);
  assert.equal(await seconds(), before + 3600 + 110);
  assert.equal((await post("/v1/clock", { lose: true })).state.clock?.isUncertain, true);
  const { status, detail } = await post("/v1/clock", { stepMs: 1000 });
  assert.deepEqual([status, detail], [409, "the clock has stopped: it can not jump"]);
  assert.equal((await post("/v1/clock", {})).detail, "the body must have one field at least");
});

test("power goes at a flash operation, and comes back in time or when it is brought back", async (t) => {
  const { post, clock, lock } = await furnished(t);
  await post("/v1/power", { atFlashOperation: 1, offMs: 700 });
  assert.equal((await post("/v1/keypad", { digits: PIN })).state.hasPower, false);
  clock.advance(700);
  assert.ok(lock.firmware);
  await post("/v1/power", { atFlashOperation: 1 });
  await post("/v1/door", { open: true });
  clock.advance(60_000);
  assert.equal(lock.firmware, undefined);
  assert.equal((await post("/v1/power", { atFlashOperation: 1 })).status, 409);
  await post("/v1/power", { offMs: 0 });
  clock.advance(0);
  assert.ok(lock.firmware);
});

test("a jam, a bad link and a rotten cell are made and mended", async (t) => {
  const { post, clock, lock, link } = await furnished(t);
  assert.equal((await post("/v1/faults", { jam: true })).state.faults.jam, true);
  await post("/v1/keypad", { digits: PIN });
  clock.advance(10_000);
  assert.notEqual(lock.hardware.bolt.position(), "drawn");
  assert.equal((await post("/v1/faults", { jam: false, link: { loss: 0.25, delayMs: 40 } })).state.faults.jam, false);
  assert.deepEqual(link.faults, { isDown: false, delayMs: 40, loss: 0.25, corruption: 0 });
  const before = lock.hardware.flash.read(9000, 1)[0]!;
  await post("/v1/faults", { bitRot: { address: 9000, bit: 3 } });
  assert.equal(lock.hardware.flash.read(9000, 1)[0], before ^ 8);
  assert.equal((await post("/v1/faults", { link: { loss: 2 } })).field, "link.loss");
  assert.equal((await post("/v1/faults", { bitRot: { bit: 3 } })).field, "bitRot.address");
  assert.equal((await post("/v1/faults", { jammed: true })).detail, "jammed is no field of this request");
});

test("a lock whose identity rots stops at its next boot, and says why", async (t) => {
  const { post, lock } = await furnished(t);
  const { state } = await post("/v1/faults", { bitRot: { address: 0 } });
  assert.equal(state.failure, null);
  assert.deepEqual(state.flashHealth, { correctedBits: 0, lostGrants: 0 });
  lock.powerOff();
  lock.powerOn();
  const { hasPower, failure } = (await post("/v1/tamper", { open: false })).state;
  assert.deepEqual([hasPower, failure], [false, "the identity in this lock's flash has rotted"]);
});

test("the state says what the lock drew from its battery, and how long one would last", async (t) => {
  const { post, clock } = await furnished(t);
  const { energy } = (await post("/v1/keypad", { digits: PIN })).state;
  clock.advance(10_000);
  const later = (await post("/v1/door", { open: false })).state.energy;
  assert(later.microcoulomb.motor > energy.microcoulomb.motor);
  assert(later.batteryDays < energy.batteryDays && later.batteryDays > 100);
});
