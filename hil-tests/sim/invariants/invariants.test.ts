import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite } from "../../../crypto/testing/deterministic-suite.ts";
import { auxOf } from "../../../protocol/log/aux.ts";
import { RecordFlag, RecordType } from "../../../protocol/log/record.ts";
import { encodeMessage } from "../../../protocol/wire/messages.ts";
import { CountersRise } from "./counters-rise.ts";
import { DoneWasDone } from "./done-was-done.ts";
import { EventsArrive } from "./events-arrive.ts";
import { HandOpens } from "./hand-opens.ts";
import { NoncesUnique } from "./nonces-unique.ts";
import { NothingCrashes } from "./nothing-crashes.ts";
import { RevokedStaysRevoked } from "./revoked-stays-revoked.ts";
import { StaysBounded } from "./stays-bounded.ts";
import { CHALLENGE, GRANT, ORDER, Scene } from "./testing/happenings.ts";

const S1 = { type: "S1", slot: 0, n: 5, random: new Uint8Array(8), sealed: new Uint8Array(10) } as const;

function sent(fields: Partial<{ n: number; random: Uint8Array }> = {}) {
  return { kind: "frame", lock: 0, by: "gateway", bytes: encodeMessage({ ...S1, ...fields }) } as const;
}

test("an n with another S1, or a lower one, is noticed; the same S1 again is not", () => {
  const lock = new Scene(
    () =>
      new CountersRise(
        () => 0,
        () => [],
      ),
  );
  assert.equal(lock.see(sent()), undefined);
  assert.equal(lock.see(sent()), undefined);
  assert.match(lock.see(sent({ random: new Uint8Array(8).fill(1) })) ?? "", /n 5 after 5/);
  assert.match(lock.see(sent({ n: 4 })) ?? "", /n 4 after 5/);
  lock.record(RecordType.paired, { aux: auxOf({ value: 0 }) });
  assert.equal(lock.see(sent({ n: 6 })), undefined, "the old pairing goes on until the new one is proved");
  assert.equal(lock.see(sent({ n: 1 })), undefined, "a slot that is paired anew begins again");
  assert.match(lock.see(sent({ n: 1, random: new Uint8Array(8).fill(2) })) ?? "", /n 1 after 1/);
});

test("records that are left out, epochs and boots that go back are noticed", () => {
  const lock = new Scene(
    () =>
      new CountersRise(
        () => 0,
        () => [],
      ),
  );
  assert.equal(lock.commit({}, {}, 3), undefined);
  assert.match(lock.commit({}, {}, 3) ?? "", /epoch 3 after 3/);
  assert.match(lock.record(RecordType.doorOpened, { seq: 9 }) ?? "", /record 9/);
  const booted = new Scene(
    () =>
      new CountersRise(
        () => 0,
        () => [],
      ),
  );
  booted.record(RecordType.boot, { aux: auxOf({ bootCount: 2, cause: 0 }) });
  assert.match(booted.record(RecordType.boot, { aux: auxOf({ bootCount: 2, cause: 0 }) }) ?? "", /boot 2/);
});

function asked(position: "thrown" | "drawn" = "drawn"): Scene {
  const lock = new Scene(({ orders }) => new DoneWasDone(orders, () => position));
  lock.see({ kind: "asked", lock: 0, act: "unlock", request: 1 });
  lock.see({ kind: "order-signed", lock: 0, by: "operator", claims: ORDER });
  return lock;
}

test("an answer stands on a DONE of the request's own", () => {
  const lock = asked();
  lock.intent();
  lock.record(RecordType.unlocked);
  lock.record(RecordType.done);
  const answer = (seq: number) =>
    lock.see({ kind: "answered", lock: 0, request: 1, outcome: { kind: "done", flags: 0, seq } });
  assert.equal(answer(3), undefined);
  assert.match(answer(7) ?? "", /record 7/);
});

test("a DONE without its event is noticed", () => {
  const lock = asked();
  lock.intent();
  assert.match(lock.record(RecordType.done) ?? "", /no event/);
});

test("what is said to have done nothing must not have been carried out", () => {
  const lock = asked();
  lock.orders.take(0, "05".repeat(8));
  const answer = lock.see({ kind: "answered", lock: 0, request: 1, outcome: { kind: "unreachable", message: "" } });
  assert.match(answer ?? "", /carried out/);
});

test("an order that is said to have done nothing is dead", () => {
  const lock = asked();
  lock.see({ kind: "answered", lock: 0, request: 1, outcome: { kind: "unreachable", message: "" } });
  assert.match(String(lock.orders.take(0, "05".repeat(8))), /done nothing/);
});

test("one request is carried out once", () => {
  const lock = asked();
  const second = CHALLENGE.map((byte) => byte + 1);
  lock.see({ kind: "order-signed", lock: 0, by: "operator", claims: { ...ORDER, challenge: second } });
  for (const ref of ["05", "06"]) lock.orders.take(0, ref.repeat(8));
  const outcome = { kind: "unknown", message: "" } as const;
  assert.match(lock.see({ kind: "answered", lock: 0, request: 1, outcome }) ?? "", /2 times/);
});

test("a record that says where the bolt is says the truth, unless a hand was faster", () => {
  const lock = asked("thrown");
  assert.match(lock.record(RecordType.unlocked) ?? "", /it is thrown/);
  assert.equal(lock.record(RecordType.unlocked, { flags: RecordFlag.byHand }), undefined);
});

test("a hand that does not open is noticed", () => {
  const lock = new Scene(() => new HandOpens());
  assert.equal(lock.see({ kind: "hand", lock: 0, to: "drawn", position: "drawn" }), undefined);
  assert.match(lock.see({ kind: "after-hand", lock: 0, to: "drawn", position: "between" }) ?? "", /hand/);
  assert.match(lock.see({ kind: "hand", lock: 0, to: "drawn", position: "thrown" }) ?? "", /hand/);
});

test("a crash and a size beyond its limit are noticed", () => {
  const crash = new Scene(() => new NothingCrashes());
  assert.match(crash.see({ kind: "crashed", where: "gateway 0", why: "it asserts" }) ?? "", /it asserts/);
  const size = new Scene(() => new StaysBounded());
  const grows = (size: number) => ({ kind: "size", of: "timers", where: "gateway 0", size, limit: 10 }) as const;
  assert.equal(size.see(grows(10)), undefined);
  assert.match(size.see(grows(11)) ?? "", /timers/);
});

test("an event that an honest backend refuses, has not got, or has otherwise is noticed", () => {
  const events = new EventsArrive();
  const lock = new Scene(() => events);
  assert.match(lock.see({ kind: "not-taken", lock: 0, id: "a-0-1", why: "2 comes next" }) ?? "", /2 comes next/);
  lock.record(RecordType.doorOpened);
  const held = { generation: 0, durableThrough: 0, signedThrough: 0, gaps: [], records: [] };
  assert.match(events.missing(0, [held]) ?? "", /through 0, of 1/);
  assert.equal(events.missing(0, [{ ...held, durableThrough: 1 }]), undefined);
});

test("what is missing of an earlier generation must have been told of", () => {
  const events = new EventsArrive();
  const lock = new Scene(() => events);
  lock.record(RecordType.doorOpened);
  lock.record(RecordType.factoryReset, { seq: 1 }, { generation: 1 });
  const held = (generation: number, durableThrough: number) => ({
    generation,
    durableThrough,
    signedThrough: 0,
    gaps: [],
    records: [],
  });
  assert.match(events.missing(0, [held(0, 0), held(1, 1)]) ?? "", /told of 0/);
  assert.equal(events.missing(0, [held(1, 1)]), undefined, "nobody was paired before");
});

test("a key that encrypts twice under a nonce is noticed, on whichever side", () => {
  const broken: string[] = [];
  const nonces = new NoncesUnique((sentence) => broken.push(sentence));
  const [gateway, firmware] = [nonces.watch(deterministicSuite), nonces.watch(deterministicSuite)];
  const key = () => new Secret(new Uint8Array(16));
  const text = new Uint8Array(1);
  gateway.ccmSeal(key(), new Uint8Array(13), text, text);
  firmware.ccmSeal(key(), new Uint8Array(13).fill(1), text, text);
  assert.deepEqual(broken, []);
  firmware.ccmSeal(key(), new Uint8Array(13), text, text);
  assert.equal(broken.length, 1);
});

test("a revoked grant in a later roster is noticed, unless the gateway was put back to before", () => {
  const begin = () => {
    const lock = new Scene(
      ({ truth }) =>
        new RevokedStaysRevoked(
          truth,
          () => 0,
          () => 0,
        ),
    );
    lock.commit();
    lock.see({ kind: "gateway", site: 0, what: "backed-up" });
    lock.see({ kind: "grant-revoked", site: 0, grant: GRANT });
    return lock;
  };
  assert.match(begin().commit({}, {}, 2) ?? "", /revoked before/);
  const restored = begin();
  restored.see({ kind: "gateway", site: 0, what: "restored" });
  assert.equal(restored.commit({}, {}, 2), undefined);
});

test("a table that no issuer has signed is noticed", () => {
  const lock = new Scene(() => new NothingCrashes());
  assert.match(lock.commit({}, { digest: new Uint8Array(32).fill(1) }) ?? "", /no issuer has signed/);
});
