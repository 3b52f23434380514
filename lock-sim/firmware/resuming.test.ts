import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../crypto/secret.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { resumeTag, startResume } from "../../protocol/session/resume.ts";
import { encodeCommand } from "../../protocol/wire/commands.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import { BenchLock, errOf, GRANT_ID, type Opened, type Paired } from "./testing/bench-lock.ts";
import { atEveryFlashOperation } from "./testing/power-cuts.ts";

const STATUS = { name: "status" } as const;

function furnished(): Opened & { bench: BenchLock; paired: Paired } {
  const bench = new BenchLock();
  return { bench, ...bench.furnish() };
}

function intents(bench: BenchLock, paired: Paired): number {
  const { session } = bench.open(paired);
  return bench.log(session).filter(({ type }) => type === RecordType.intent).length;
}

test("one round trip opens the door, and an ordinary session follows", () => {
  const { bench, paired, rms, session } = furnished();
  const { response, session: resumed } = bench.resume(paired, 1, rms, bench.act(session));
  assert(response.ok);
  assert.equal(bench.boltPosition, "drawn");
  const log = bench.log(resumed).slice(-3);
  assert.deepEqual(
    log.map(({ type, n }) => [type, n]),
    [
      [RecordType.intent, 1],
      [RecordType.unlocked, 0],
      [RecordType.done, 1],
    ],
  );
  assert.equal(response.value.seq, log.at(-1)?.seq);
});

test("INTENT names the S1 that brought the order", () => {
  const { bench, paired, rms, session } = furnished();
  const { s1 } = bench.startResume(paired, 1, rms, bench.act(session));
  const { line } = session;
  line.request(s1);
  const { session: next } = bench.open(paired);
  const intent = bench.log(next).find(({ type }) => type === RecordType.intent);
  assert.deepEqual(intent?.ref, resumeTag(bench.suite, s1));
  assert.deepEqual(intent?.aux, GRANT_ID);
});

test("an order that was executed is answered from its record, over any connection and after any reboot", () => {
  const { bench, paired, rms, session } = furnished();
  const { state, s1 } = bench.startResume(paired, 1, rms, bench.act(session));
  assert(bench.line().request(s1));
  bench.clock.advance(10_000);
  assert.equal(bench.boltPosition, "thrown");
  const again = bench.sendS1(state, s1, "act").response;
  bench.reboot();
  const later = bench.sendS1(state, s1, "act").response;
  assert(again.ok && later.ok);
  assert.equal(again.value.seq, later.value.seq);
  bench.clock.advance(1000);
  assert.equal(bench.boltPosition, "thrown");
  assert.equal(intents(bench, paired), 1);
});

test("while the bolt travels, the same S1 on another connection gets ERR 2", () => {
  const { bench, paired, rms, session } = furnished();
  const { s1 } = bench.startResume(paired, 1, rms, bench.act(session));
  const line = bench.line();
  assert.equal(line.send(s1), undefined);
  assert.equal(errOf(bench.line().send(s1)), Err.busy);
  assert(line.wait());
  assert.equal(intents(bench, paired), 1);
});

test("an n that is not above the last, or another S1 under the same n, gets ERR 1 and does nothing", () => {
  const { bench, paired, rms, session } = furnished();
  bench.resume(paired, 5, rms, STATUS);
  const order = bench.act(session);
  for (const n of [0, 4, 5]) {
    const { s1 } = bench.startResume(paired, n, rms, order);
    const before = bench.flash.image();
    assert.equal(errOf(bench.line().send(s1)), Err.noSession);
    assert.deepEqual(bench.flash.image(), before);
  }
  assert.equal(bench.boltPosition, "thrown");
});

test("n lasts: caps tell it, also after a reboot, whether a record or the cell holds it", () => {
  const { bench, paired, rms, session } = furnished();
  bench.resume(paired, 3, rms, STATUS);
  bench.reboot();
  assert.equal(bench.open(paired).caps.n, 3);
  const { challenge } = bench.open(paired).caps;
  assert(bench.resume(paired, 9, rms, bench.act(session, { challenge })).response.ok === true);
  bench.reboot();
  assert.equal(bench.open(paired).caps.n, 9);
});

test("n lasts when the log has recycled the record that held it", () => {
  const { bench, paired, rms, session } = furnished();
  bench.resume(paired, 4, rms, bench.act(session));
  const { session: next } = bench.open(paired);
  for (let i = 0; i < 200; i++) next.done(bench.act(next));
  assert(next.done({ name: "readLog", fromSeq: 1, max: 1 }).firstSeq > 20);
  bench.reboot();
  assert.equal(bench.open(paired).caps.n, 4);
});

test("a refused order takes its n too", () => {
  const { bench, paired, rms, session } = furnished();
  const { response } = bench.resume(paired, 2, rms, bench.act(session, { challenge: GRANT_ID }));
  assert(!response.ok && response.refusal.reason === Reason.staleChallenge);
  bench.reboot();
  assert.equal(bench.open(paired).caps.n, 2);
});

test("whoever repeats an S1 that was heard wears no flash out", () => {
  const { bench, paired, rms } = furnished();
  const { state, s1 } = bench.startResume(paired, 3, rms, STATUS);
  bench.sendS1(state, s1, "status");
  const before = bench.flash.operations;
  for (let i = 0; i < 3; i++) bench.sendS1(state, s1, "status");
  assert.deepEqual(bench.flash.operations, before);
});

test("a question that is asked again is answered again, by what holds now", () => {
  const { bench, paired, rms } = furnished();
  const { state, s1 } = bench.startResume(paired, 1, rms, STATUS);
  const before = bench.sendS1(state, s1, "status").response;
  bench.lock.setDoor(true);
  const after = bench.sendS1(state, s1, "status").response;
  assert(before.ok && after.ok);
  assert.equal(after.value.flags, before.value.flags | Flag.doorOpen);
});

test("whoever repeats a time hint that was heard does not hold the clock back", () => {
  const { bench, paired, rms, session } = furnished();
  bench.clock.advance(12 * 3_600_000);
  const { state, s1 } = bench.startResume(paired, 1, rms, { name: "timeHint", time: bench.now });
  assert(bench.sendS1(state, s1, "timeHint").response.ok);
  bench.clock.advance(9000);
  bench.sendS1(state, s1, "timeHint");
  assert.equal(session.done(STATUS).time, bench.now);
});

test("an S1 with a wrong tag gets ERR 1 and ends the connection's session", () => {
  const { bench, paired, session } = furnished();
  const { s1 } = bench.startResume(paired, 1, new Secret(new Uint8Array(32)), STATUS);
  assert.equal(errOf(session.line.send(s1)), Err.noSession);
  assert.equal(errOf(session.line.send(session.seal(encodeCommand(STATUS)))), Err.noSession);
  assert.equal(bench.open(paired).caps.n, 0);
});

test("a slot that is empty gets ERR 3, one that was never proven ERR 1", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  const { rms } = bench.open(paired);
  const s1 = (slot: number) => startResume(bench.suite, bench.random, slot, 1, rms, encodeCommand(STATUS)).s1;
  assert.equal(errOf(bench.line().send(s1(2))), Err.noSuchSlot);
  assert.equal(errOf(bench.line().send(s1(0))), Err.noSession);
});

test("the new RMS takes over with the first C that verifies; until then the old one stays", () => {
  const { bench, paired, rms } = furnished();
  const { session, rms: next } = bench.open(paired);
  bench.resume(paired, 1, rms, STATUS);
  assert.equal(errOf(bench.line().send(bench.startResume(paired, 2, next, STATUS).s1)), Err.noSession);
  session.done(STATUS);
  assert.equal(errOf(bench.line().send(bench.startResume(paired, 2, rms, STATUS).s1)), Err.noSession);
  bench.resume(paired, 2, next, STATUS);
});

test("RMS lasts over a reboot, and ends after 24 h or 1024 uses", () => {
  const { bench, paired, rms } = furnished();
  bench.reboot();
  bench.resume(paired, 1023, rms, STATUS);
  bench.resume(paired, 1024, rms, STATUS);
  assert.equal(errOf(bench.line().send(bench.startResume(paired, 1025, rms, STATUS).s1)), Err.noSession);

  const { session, rms: next } = bench.open(paired);
  session.done(STATUS);
  bench.clock.advance(24 * 3_600_000 - 10_000);
  bench.resume(paired, 1026, next, STATUS);
  bench.clock.advance(10_000);
  assert.equal(errOf(bench.line().send(bench.startResume(paired, 1027, next, STATUS).s1)), Err.noSession);
});

test("an RMS of unknown age is none: the clock stopped while there was no power", () => {
  const { bench, paired, rms } = furnished();
  bench.lock.powerOff();
  bench.lock.hardware.rtc.lose();
  bench.lock.powerOn();
  assert.equal(errOf(bench.line().send(bench.startResume(paired, 1, rms, STATUS).s1)), Err.noSession);
});

test("a power cut at any moment of a resumed order: at most one act, and the resend gets what was recorded", () => {
  atEveryFlashOperation({
    prepare: () => {
      const { bench, paired, rms, session } = furnished();
      return {
        bench,
        prepared: { paired, line: bench.line(), ...bench.startResume(paired, 1, rms, bench.act(session)) },
      };
    },
    action: (_bench, { line, s1 }) => {
      line.request(s1);
    },
    check: (bench, { paired, state, s1 }) => {
      bench.clock.advance(60_000);
      const { response } = bench.sendS1(state, s1, "act");
      const log = bench.log(bench.open(paired).session);
      const dones = log.filter(({ type }) => type === RecordType.done);
      const acts = log.filter(({ type, slot }) => type === RecordType.unlocked && slot === 0);
      assert(dones.length <= 1 && acts.length <= 1);
      const result = dones[0]?.result;
      if (result === undefined) assert(!response.ok && response.refusal.reason === Reason.staleChallenge);
      else if (result === Reason.done) assert(response.ok && acts.length === 1);
      else assert(!response.ok && response.refusal.reason === Reason.outcomeUnknown && acts.length === 0);
      assert.equal(bench.boltPosition, "thrown");
    },
  });
});
