import assert from "node:assert/strict";
import { test } from "node:test";
import { Action } from "../../../protocol/documents/order.ts";
import { RecordType } from "../../../protocol/log/record.ts";
import { Err } from "../../../protocol/wire/messages.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { BenchLock, errOf, type Opened, type Paired } from "../testing/bench-lock.ts";
import { atEveryFlashOperation } from "../testing/power-cuts.ts";
import type { TestSession } from "../testing/test-session.ts";

const STATUS = { name: "status" } as const;

/** A lock with two gateways, in slots 0 and 1. */
function two(): { bench: BenchLock; first: Opened & { paired: Paired }; second: Opened & { paired: Paired } } {
  const bench = new BenchLock();
  const first = bench.furnish();
  const { session } = first;
  const grantId = new Uint8Array(8);
  session.done(bench.act(session, { action: Action.allowPairing, grantId, key: bench.site.issuerKey }));
  const paired = bench.pair();
  const opened = bench.open(paired);
  opened.session.done(STATUS);
  return { bench, first, second: { ...opened, paired } };
}

function unpair(bench: BenchLock, session: TestSession, slot: number, key = bench.site.issuerKey) {
  const grantId = new Uint8Array(8).with(7, slot);
  const order = bench.site.order(bench.now, session.challenge, grantId, { action: Action.unpair, key });
  return { name: "unpair", order } as const;
}

test("the issuer's order makes the lock forget a gateway, whose sessions end", () => {
  const { bench, first, second } = two();
  first.session.done(unpair(bench, first.session, 1));
  assert.equal(errOf(second.session.line.send(second.session.seal(Uint8Array.of(0x81, 0x01)))), Err.noSession);
  assert.equal(errOf(bench.line().send(bench.startOpen(second.paired).o1)), Err.noSuchSlot);
  const { s1 } = bench.startResume(second.paired, 1, second.rms, STATUS);
  assert.equal(errOf(bench.line().send(s1)), Err.noSuchSlot);
  const { type, slot, n, aux } = bench.log(first.session).at(-1)!;
  assert.deepEqual([type, slot, n, aux.at(-1)], [RecordType.paired, 0, 1, 1]);
});

test("a gateway that comes into a slot begins at 0, whatever the one before counted in the log", () => {
  const { bench, first, second } = two();
  const order = bench.act(second.session);
  assert(bench.resume(second.paired, 9, second.rms, order).response.ok);
  bench.reboot();
  const { session, caps } = bench.open(second.paired);
  assert.equal(caps.n, 9);
  session.done(STATUS);
  const admin = bench.open(first.paired).session;
  admin.done(unpair(bench, admin, 1));
  const grantId = new Uint8Array(8);
  admin.done(bench.act(admin, { action: Action.allowPairing, grantId, key: bench.site.issuerKey }));
  const third = bench.pair();
  assert.equal(third.slot, 1);
  bench.reboot();
  assert.equal(bench.open(third).caps.n, 0);
});

test("a gateway that is unpaired over its own session gets its answer, and then nothing", () => {
  const { bench, second } = two();
  const { session } = second;
  session.done(unpair(bench, session, 1));
  assert.equal(errOf(session.line.send(session.seal(Uint8Array.of(0x81, 0x01)))), Err.noSession);
});

test("a gateway may be unpaired by the one round trip of RESUME", () => {
  const { bench, second } = two();
  const { response } = bench.resume(second.paired, 1, second.rms, unpair(bench, second.session, 1));
  assert(response.ok);
  assert.equal(errOf(bench.line().send(bench.startOpen(second.paired).o1)), Err.noSuchSlot);
});

test("only the issuer unpairs, and only a slot that is taken", () => {
  const { bench, first } = two();
  const { session } = first;
  assert.equal(session.reason(unpair(bench, session, 1, bench.site.bearerKey)), Reason.unknownKey);
  assert.equal(session.reason(unpair(bench, session, 3)), Reason.notFound);
  assert.equal(session.reason(unpair(bench, session, 200)), Reason.notFound);
  assert.deepEqual(session.ask({ name: "unpair", order: new Uint8Array(3) }), {
    ok: false,
    refusal: { reason: Reason.malformed },
  });
  const stale = unpair(bench, session, 1);
  session.reason(stale);
  assert.equal(session.reason(stale), Reason.staleChallenge);
});

test("no key of a gateway that was unpaired is left in flash", () => {
  const { bench, first, second } = two();
  const pmk = second.paired.pmk.reveal();
  const holds = () => Buffer.from(bench.flash.image()).includes(Buffer.from(pmk));
  assert(holds());
  first.session.done(unpair(bench, first.session, 1));
  assert(!holds());
});

test("a power cut at any moment of UNPAIR leaves the gateway paired, or not; the log says which", () => {
  atEveryFlashOperation({
    prepare: () => {
      const { bench, first, second } = two();
      return { bench, prepared: { first, second, command: unpair(bench, first.session, 1) } };
    },
    action: (_bench, { first, command }) => {
      const { line } = first.session;
      line.request(first.session.sealed(command));
    },
    check: (bench, { first, second }) => {
      const isGone = errOf(bench.line().send(bench.startOpen(second.paired).o1)) === Err.noSuchSlot;
      const log = bench.log(bench.open(first.paired).session);
      const unpaired = log.filter(({ type, n }) => type === RecordType.paired && n === 1);
      assert.equal(unpaired.length, isGone ? 1 : 0);
    },
  });
});
