import assert from "node:assert/strict";
import { test } from "node:test";
import { Action } from "../../protocol/documents/order.ts";
import { type LogRecord, RecordFlag, RecordType } from "../../protocol/log/record.ts";
import { encodeCommand } from "../../protocol/wire/commands.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { BenchLock, GRANT_ID, type Opened, type Paired } from "./testing/bench-lock.ts";
import { atEveryFlashOperation } from "./testing/power-cuts.ts";

type Furnished = Opened & { paired: Paired };

function furnished(): { bench: BenchLock; prepared: Furnished } {
  const bench = new BenchLock();
  return { bench, prepared: bench.furnish() };
}

function ofType(log: LogRecord[], type: RecordType): LogRecord[] {
  return log.filter((record) => record.type === type);
}

test("an order leaves INTENT, its event and DONE, in this order, before it is answered", () => {
  const { bench, prepared } = furnished();
  const { session } = prepared;
  const { challenge } = session;
  const { seq } = session.done(bench.act(session));
  const log = bench.log(session).slice(-3);
  assert.deepEqual(
    log.map(({ type, slot, result, n, ref, aux }) => ({ type, slot, result, n, ref, aux })),
    [
      { type: RecordType.intent, slot: 0, result: Action.unlock, n: 0, ref: challenge, aux: GRANT_ID },
      { type: RecordType.unlocked, slot: 0, result: 0, n: 0, ref: GRANT_ID, aux: new Uint8Array(8) },
      { type: RecordType.done, slot: 0, result: 0, n: 0, ref: GRANT_ID, aux: new Uint8Array(8) },
    ],
  );
  assert.equal(log.at(-1)?.seq, seq);
});

test("a power cut at any moment of an order: done at most once, and said only of what was done", () => {
  atEveryFlashOperation({
    prepare: () => {
      const { bench, prepared } = furnished();
      const { session } = prepared;
      return { bench, prepared: { ...prepared, c: session.seal(encodeCommand(bench.act(session))) } };
    },
    action: (_bench, { session, c }) => session.line.request(c),
    check: (bench, { paired, session: before, c }) => {
      const line = bench.line();
      assert.equal(line.send(c)?.[0], 0x1f, "a resend meets no session");
      const { session } = bench.open(paired, line);
      const log = bench.log(session);
      const intents = ofType(log, RecordType.intent);
      const dones = ofType(log, RecordType.done);
      const events = ofType(log, RecordType.unlocked).filter(({ flags }) => !(flags & RecordFlag.byHand));
      assert.equal(dones.length, intents.length, "every INTENT has its DONE");
      if (intents.length === 0) assert.equal(events.length, 0);
      for (const done of dones) {
        assert.deepEqual(done.ref, GRANT_ID);
        assert.equal(done.result, events.length === 1 ? Reason.done : Reason.outcomeUnknown);
      }
      bench.clock.advance(60_000);
      assert.equal(bench.boltPosition, "thrown", "a bolt drawn for a time is thrown again");
      const stale = bench.act(session, { challenge: before.challenge });
      assert.equal(session.reason(stale), Reason.staleChallenge);
      assert.equal(bench.boltPosition, "thrown");
    },
  });
});

test("power that goes while the bolt travels: nothing is said to be done, and the bolt is thrown again", () => {
  const { bench, prepared } = furnished();
  const { session, paired } = prepared;
  assert.equal(session.line.send(session.seal(encodeCommand(bench.act(session)))), undefined);
  bench.clock.advance(200);
  assert.equal(bench.boltPosition, "between");
  bench.reboot();
  bench.clock.advance(10_000);
  const log = bench.log(bench.open(paired).session);
  assert.equal(ofType(log, RecordType.done).at(-1)?.result, Reason.outcomeUnknown);
  assert.equal(bench.boltPosition, "thrown");
});

test("a hand that turns the bolt in the dark does not make an order done", () => {
  const { bench, prepared } = furnished();
  const { session, paired } = prepared;
  session.line.send(session.seal(encodeCommand(bench.act(session))));
  bench.lock.powerOff();
  bench.lock.turnThumb("drawn");
  bench.lock.powerOn();
  const log = bench.log(bench.open(paired).session);
  assert.equal(ofType(log, RecordType.done).at(-1)?.result, Reason.outcomeUnknown);
});

test("a held door stays open over a power cut; a timed one waits until the door is closed", () => {
  const { bench, prepared } = furnished();
  const { session, paired } = prepared;
  session.done(bench.act(session, { action: Action.hold }));
  bench.reboot();
  bench.clock.advance(60_000);
  assert.equal(bench.boltPosition, "drawn");

  const next = bench.open(paired).session;
  next.done(bench.act(next, { action: Action.endHold }));
  bench.clock.advance(10_000);
  assert.equal(bench.boltPosition, "thrown");

  next.done(bench.act(next));
  bench.lock.setDoor(true);
  bench.reboot();
  bench.clock.advance(60_000);
  assert.equal(bench.boltPosition, "drawn");
  bench.lock.setDoor(false);
  bench.clock.advance(5000);
  assert.equal(bench.boltPosition, "thrown");
});
