import assert from "node:assert/strict";
import { test } from "node:test";
import { Action } from "../../protocol/documents/order.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { readP2, readP4, startPair } from "../../protocol/session/pair.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import { BenchLock, errOf } from "./testing/bench-lock.ts";
import { atEveryFlashOperation } from "./testing/power-cuts.ts";
import type { TestSession } from "./testing/test-session.ts";

function p1Of(bench: BenchLock): Uint8Array {
  return startPair(bench.suite, bench.random, bench.label).p1;
}

function permit(bench: BenchLock, session: TestSession): void {
  const none = new Uint8Array(8);
  session.done(bench.act(session, { action: Action.allowPairing, grantId: none, key: bench.site.issuerKey }));
}

test("a lock is paired with its label while its pairing mode lasts", () => {
  const bench = new BenchLock();
  const { session, caps } = bench.open(bench.pair());
  assert.equal(caps.flags, Flag.thrown);
  assert.deepEqual(
    bench.log(session).map(({ type }) => type),
    [RecordType.boot, RecordType.timeSet, RecordType.paired],
  );
});

test("the button and a success can be seen", () => {
  const bench = new BenchLock();
  const shown: string[] = [];
  bench.lock.hardware.signals.observe((signal) => shown.push(signal));
  bench.lock.pressPairingButton();
  assert.deepEqual(shown, ["pairing"]);
  bench.pair();
  assert.deepEqual(shown, ["pairing", "pairing", "pairing"]);
});

test("P4 tells how far the log reaches", () => {
  const bench = new BenchLock();
  const line = bench.line();
  bench.lock.pressPairingButton();
  const { p3, state, paired } = bench.startPairing(line);
  const { seq, head } = readP4(bench.suite, state, line.request(p3)!);
  const { caps } = bench.open(paired);
  assert.deepEqual({ seq, head }, { seq: caps.seq, head: caps.head });
});

test("without the button, and after 120 s, P1 gets ERR 4", () => {
  const bench = new BenchLock();
  const line = bench.line();
  assert.equal(errOf(line.send(p1Of(bench))), Err.notInPairingMode);
  bench.lock.pressPairingButton();
  bench.clock.advance(120_000);
  assert.equal(errOf(line.send(p1Of(bench))), Err.notInPairingMode);
});

test("pairing mode shows in the flags and ends with one success", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  assert.equal(bench.open(paired).caps.flags & Flag.pairingMode, 0);
  assert.equal(errOf(bench.line().send(p1Of(bench))), Err.notInPairingMode);
  bench.lock.pressPairingButton();
  assert.equal(bench.open(paired).caps.flags & Flag.pairingMode, Flag.pairingMode);
});

test("five P3 that do not verify end pairing mode; each is answered by silence", () => {
  const bench = new BenchLock();
  const line = bench.line();
  bench.lock.pressPairingButton();
  for (let i = 0; i < 5; i++) {
    const { p3 } = bench.startPairing(line);
    p3[5]! ^= 1;
    assert.equal(line.send(p3), undefined);
  }
  assert.equal(errOf(line.send(p1Of(bench))), Err.notInPairingMode);
});

test("five P1 with bad points end pairing mode", () => {
  const bench = new BenchLock();
  const line = bench.line();
  bench.lock.pressPairingButton();
  for (let i = 0; i < 5; i++) assert.equal(line.send(Uint8Array.of(0x11, 0x04, ...new Uint8Array(32))), undefined);
  assert.equal(errOf(line.send(p1Of(bench))), Err.notInPairingMode);
});

test("another label gets no further than P2, which it can not read", () => {
  const bench = new BenchLock();
  const stranger = new BenchLock({ seed: 9 });
  bench.lock.pressPairingButton();
  const { state, p1 } = startPair(bench.suite, bench.random, stranger.label);
  const p2 = bench.line().send(p1)!;
  assert.throws(() => readP2(bench.suite, state, p2), { code: "wrong-tag" });
});

test("a foreign issuer is refused, counted, and changes nothing", () => {
  const bench = new BenchLock();
  bench.pair();
  const line = bench.line();
  const issuerPk = bench.suite.p256PublicKey(bench.site.newKey());
  bench.lock.pressPairingButton();
  for (let i = 0; i < 5; i++) {
    const { p3 } = bench.startPairing(line, { issuerPk });
    const before = bench.flash.image();
    assert.equal(errOf(line.send(p3)), Err.refused);
    assert.deepEqual(bench.flash.image(), before);
  }
  assert.equal(errOf(line.send(p1Of(bench))), Err.notInPairingMode);
});

test("a pending slot survives a reboot, does not count as paired, and is taken by the next pairing", () => {
  const bench = new BenchLock();
  const lost = bench.pair();
  bench.reboot();
  assert.equal(bench.open(lost).caps.n, 0);
  const paired = bench.pair();
  assert.equal(paired.slot, lost.slot);
  assert.equal(bench.line().send(bench.startOpen(lost).o1), undefined);
  bench.open(paired).session.done({ name: "status" });
});

test("the first issuer is the trust anchor even if its pairing was never finished", () => {
  const bench = new BenchLock();
  bench.pair();
  bench.reboot();
  bench.lock.pressPairingButton();
  const line = bench.line();
  const { p3 } = bench.startPairing(line, { issuerPk: bench.suite.p256PublicKey(bench.site.newKey()) });
  assert.equal(errOf(line.send(p3)), Err.refused);
});

test("a lost P4 costs nothing: a resent P3 gets it again, and so does OPEN without it", () => {
  const bench = new BenchLock();
  const line = bench.line();
  bench.lock.pressPairingButton();
  const { p3, paired, state } = bench.startPairing(line);
  const p4 = line.send(p3);
  const image = bench.flash.image();
  assert.deepEqual(line.send(p3), p4);
  assert.deepEqual(bench.flash.image(), image);
  readP4(bench.suite, state, p4!);
  bench.open(paired).session.done({ name: "status" });
});

test("a paired lock refuses P1 with ERR 5, with or without the button", () => {
  const bench = new BenchLock();
  bench.open(bench.pair()).session.done({ name: "status" });
  bench.lock.pressPairingButton();
  assert.equal(errOf(bench.line().send(p1Of(bench))), Err.refused);
});

test("the issuer's permission lets one more gateway in, once", () => {
  const bench = new BenchLock();
  const { session } = bench.open(bench.pair());
  permit(bench, session);
  assert.equal(bench.pair().slot, 1);
  bench.lock.pressPairingButton();
  assert.equal(errOf(bench.line().send(p1Of(bench))), Err.refused);
});

test("the permission alone is not enough, and it ends at boot", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  const { session } = bench.open(paired);
  permit(bench, session);
  assert.equal(errOf(bench.line().send(p1Of(bench))), Err.notInPairingMode);
  bench.reboot();
  bench.lock.pressPairingButton();
  assert.equal(errOf(bench.line().send(p1Of(bench))), Err.refused);
});

test("four gateways fill a lock: ERR 5 even with permission", () => {
  const bench = new BenchLock();
  const { session } = bench.open(bench.pair());
  for (let slot = 1; slot < 4; slot++) {
    permit(bench, session);
    const paired = bench.pair();
    assert.equal(paired.slot, slot);
    bench.open(paired).session.done({ name: "status" });
  }
  permit(bench, session);
  bench.lock.pressPairingButton();
  assert.equal(errOf(bench.line().send(p1Of(bench))), Err.refused);
});

test("a slot that was proven while another pairing was under way is not overwritten", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  bench.lock.pressPairingButton();
  const line = bench.line();
  const { p3 } = bench.startPairing(line);
  bench.open(paired).session.done({ name: "status" });
  assert.equal(errOf(line.send(p3)), Err.refused);
  bench.open(paired).session.done({ name: "status" });
});

test("P3's time sets only an uncertain clock, and never behind the newest record", () => {
  const bench = new BenchLock();
  const first = bench.pair(bench.line(), { time: 0 });
  const { caps } = bench.open(first);
  assert.equal(caps.flags & Flag.timeUncertain, Flag.timeUncertain);
  const good = bench.pair();
  assert.equal(bench.open(good).caps.time, bench.now);
  const late = bench.pair(bench.line(), { time: bench.now + 1_000_000 });
  assert.equal(bench.open(late).caps.time, bench.now);
  bench.lock.hardware.rtc.lose();
  const early = bench.pair(bench.line(), { time: bench.now - 1_000_000 });
  const { caps: after } = bench.open(early);
  assert.equal(after.flags & Flag.timeUncertain, Flag.timeUncertain);
});

test("a power cut at any moment of a pairing leaves a lock that is paired, or one that is not; the log says which", () => {
  atEveryFlashOperation({
    prepare: () => {
      const bench = new BenchLock();
      const line = bench.line();
      bench.lock.pressPairingButton();
      return { bench, prepared: { line, ...bench.startPairing(line) } };
    },
    action: (_bench, { line, p3 }) => line.send(p3),
    check: (bench, { paired }, wasCut) => {
      const isPaired = errOf(bench.line().send(bench.startOpen(paired).o1)) !== Err.noSuchSlot;
      assert(isPaired || wasCut);
      const gateway = isPaired ? paired : bench.pair();
      const types = bench.log(bench.open(gateway).session).map(({ type }) => type);
      assert.equal(types.filter((type) => type === RecordType.paired).length, 1);
      assert.equal(types.filter((type) => type === RecordType.timeSet).length, 1);
    },
  });
});
