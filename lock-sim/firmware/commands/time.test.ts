import assert from "node:assert/strict";
import { test } from "node:test";
import type { Secret } from "../../../crypto/secret.ts";
import type { TimeToken } from "../../../protocol/documents/time-token.ts";
import { auxPair } from "../../../protocol/log/aux.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { Flag } from "../../../protocol/wire/responses.ts";
import { BenchLock } from "../testing/bench-lock.ts";
import { atEveryFlashOperation } from "../testing/power-cuts.ts";
import type { TestSession } from "../testing/test-session.ts";
import { TestSite } from "../testing/test-site.ts";

function tokenFor(
  bench: BenchLock,
  session: TestSession,
  wish: Partial<TimeToken> & { key?: Secret } = {},
): { name: "time"; token: Uint8Array } {
  return { name: "time", token: bench.site.timeToken(bench.now, session.challenge, wish) };
}

test("a time token sets the clock to anything, ends uncertainty, and is a record", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  bench.lock.hardware.rtc.lose();
  const time = bench.now - 5_000_000;
  session.done(tokenFor(bench, session, { time }));
  assert.equal(session.done({ name: "status" }).flags & Flag.timeUncertain, 0);
  const record = bench.log(session).at(-1)!;
  assert.deepEqual([record.type, record.slot, record.time], [RecordType.timeSet, 0, time]);
  assert.deepEqual(auxPair(record.aux), [0, time]);
});

test("a token is good once: the challenge is spent", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const token = tokenFor(bench, session);
  session.done(token);
  assert.equal(session.reason(token), Reason.staleChallenge);
});

test("a token over a challenge that is two minutes old sets nothing and spends it; one over the next is good", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  session.done(tokenFor(bench, session));
  const { seq } = session.done({ name: "status" });
  const { challenge } = session;
  const token = tokenFor(bench, session, { time: bench.now - 5_000 });
  bench.clock.advance(120_000);
  assert.equal(session.reason(token), Reason.staleChallenge);
  assert.notDeepEqual(session.challenge, challenge);
  const status = session.done({ name: "status" });
  assert.deepEqual([status.time, status.seq], [bench.now, seq]);
  session.done(tokenFor(bench, session));
});

test("a token over a challenge that is a millisecond younger is good", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  session.done(tokenFor(bench, session));
  const token = tokenFor(bench, session);
  bench.clock.advance(119_999);
  session.done(token);
});

test("a token by another key, spoilt, for another lock or challenge changes nothing but the challenge it names", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const image = bench.flash.image();
  const { challenge } = session;
  assert.equal(session.reason(tokenFor(bench, session, { key: bench.site.newKey() })), Reason.unknownKey);
  assert.notDeepEqual(session.challenge, challenge);
  assert.equal(session.reason(tokenFor(bench, session, { lockId: TestSite.id(9) })), Reason.wrongLock);
  assert.equal(session.reason(tokenFor(bench, session, { challenge: TestSite.id(9) })), Reason.staleChallenge);
  const spoilt = tokenFor(bench, session);
  spoilt.token[spoilt.token.length - 1]! ^= 1;
  assert.equal(session.reason(spoilt), Reason.signature);
  const bare = session.ask({ name: "time", token: new Uint8Array(5) });
  assert.deepEqual(bare, { ok: false, refusal: { reason: Reason.malformed } });
  assert.deepEqual(bench.flash.image(), image);
});

test("a hint may correct the clock by 2 s and 200 ppm since it was set, and writes no record", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  session.done(tokenFor(bench, session));
  const { seq } = session.done({ name: "status" });
  assert.equal(session.reason({ name: "timeHint", time: bench.now + 3 }), Reason.timeUncertain);
  assert.equal(session.done({ name: "timeHint", time: bench.now + 2 }).time, bench.now + 2);
  bench.clock.advance(100_000_000);
  assert.equal(session.reason({ name: "timeHint", time: bench.now + 23 }), Reason.timeUncertain);
  assert.equal(session.done({ name: "timeHint", time: bench.now + 22 }).time, bench.now + 22);
  assert.equal(session.done({ name: "status" }).seq, seq);
});

test("since when the clock was set survives a reboot: a hint gains nothing by one", () => {
  const bench = new BenchLock();
  const { session, paired } = bench.furnish();
  session.done(tokenFor(bench, session));
  session.done({ name: "timeHint", time: bench.now + 1 });
  bench.clock.advance(100_000_000);
  bench.reboot();
  const { session: next } = bench.open(paired);
  assert.equal(next.reason({ name: "timeHint", time: bench.now + 23 }), Reason.timeUncertain);
  assert.equal(next.done({ name: "timeHint", time: bench.now + 22 }).time, bench.now + 22);
});

test("hints do not add up: each is measured against the clock that no hint has moved", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  session.done({ name: "timeHint", time: bench.now + 2 });
  assert.equal(session.reason({ name: "timeHint", time: bench.now + 4 }), Reason.timeUncertain);
  // So that the newest record's time does not stand in the way.
  bench.clock.advance(10_000);
  session.done({ name: "timeHint", time: bench.now - 2 });
  assert.equal(session.reason({ name: "timeHint", time: bench.now - 4 }), Reason.timeUncertain);
});

test("a hint never takes the clock behind the newest record", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  session.done(tokenFor(bench, session));
  assert.equal(session.reason({ name: "timeHint", time: bench.now - 1 }), Reason.timeUncertain);
});

test("a hint never ends uncertainty", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  bench.lock.hardware.rtc.lose();
  assert.equal(session.reason({ name: "timeHint", time: bench.now }), Reason.timeUncertain);
});

test("what a hint corrected survives a reboot", () => {
  const bench = new BenchLock();
  const { session, paired } = bench.furnish();
  session.done({ name: "timeHint", time: bench.now + 2 });
  bench.reboot();
  const { caps } = bench.open(paired);
  assert.equal(caps.time, bench.now + 2);
});

test("a power cut at any moment of a token: a time that no record tells of is not certain", () => {
  for (const hasStopped of [true, false]) {
    atEveryFlashOperation({
      prepare: () => {
        const bench = new BenchLock();
        const { session, paired } = bench.furnish();
        if (hasStopped) bench.lock.hardware.rtc.lose();
        const time = bench.now + 5_000_000;
        return { bench, prepared: { session, paired, time, token: tokenFor(bench, session, { time }) } };
      },
      action: (_bench, { session, token }) => {
        session.line.request(session.sealed(token));
      },
      check: (bench, { paired, time }) => {
        const { session } = bench.open(paired);
        const status = session.done({ name: "status" });
        const isCertain = (status.flags & Flag.timeUncertain) === 0;
        const isToken = status.time >= time;
        const isTold = bench.log(session).some((record) => auxPair(record.aux)[1] === time);
        assert(isTold || !isCertain || (!hasStopped && !isToken));
      },
    });
  }
});

test("a clock at the end of its numbers stays there, and the lock goes on until a token mends it", () => {
  const bench = new BenchLock();
  const { session, paired } = bench.furnish();
  session.done(tokenFor(bench, session, { time: 0xffff_ffff }));
  bench.clock.advance(10_000);
  const next = bench.open(paired).session;
  assert.equal(next.done({ name: "status" }).time, 0xffff_ffff);
  assert.equal(next.done(tokenFor(bench, next)).time, bench.now);
});
