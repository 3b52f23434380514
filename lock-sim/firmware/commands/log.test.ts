import assert from "node:assert/strict";
import { test } from "node:test";
import type { Secret } from "../../../crypto/secret.ts";
import { verifyLogHead } from "../../../protocol/documents/log-head.ts";
import { type Receipt, signReceipt } from "../../../protocol/documents/receipt.ts";
import { firstHash, verifyChain } from "../../../protocol/log/chain.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { readIdentity } from "../storage/identity.ts";
import { BenchLock } from "../testing/bench-lock.ts";
import type { TestSession } from "../testing/test-session.ts";
import { TestSite } from "../testing/test-site.ts";

const NONCE = new Uint8Array(16).fill(0x77);

function sigPkOf(bench: BenchLock): Uint8Array {
  return bench.suite.p256PublicKey(readIdentity(bench.flash)!.sigKey);
}

function receiptFor(bench: BenchLock, receipt: Partial<Receipt> & { key?: Secret }): Uint8Array {
  const { key = bench.site.issuerKey, ...claims } = receipt;
  const { lockId } = bench.label;
  return signReceipt(bench.suite, key, { lockId, generation: 0, seq: 1, head: new Uint8Array(16), ...claims });
}

/** Appends records, each an order that is refused. */
function fill(bench: BenchLock, session: TestSession, records: number): void {
  for (let i = 0; i < records; i++) {
    bench.lock.setDoor(i % 2 === 0);
    bench.clock.advance(1000);
  }
  session.done({ name: "status" });
}

test("the log reads in order, 20 at a time, and its chain holds from h_0 to the signed head", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  fill(bench, session, 40);
  const first = session.done({ name: "readLog", fromSeq: 1, max: 100 });
  assert.equal(first.records.length, 20 * 48);
  const second = session.done({ name: "readLog", fromSeq: 21, max: 100 });
  const { lockId } = bench.label;
  const h0 = firstHash(bench.suite, lockId, 0, sigPkOf(bench));
  const begun = verifyChain(bench.suite, h0, 1, first.records);
  assert(begun.ok);
  const whole = verifyChain(bench.suite, begun.head, 21, second.records);
  assert(whole.ok);

  const rest = session.done({ name: "readLog", fromSeq: 41, max: 20 });
  const end = verifyChain(bench.suite, whole.head, 41, rest.records);
  assert(end.ok);
  const { document } = session.done({ name: "logHead", nonce: NONCE });
  const head = verifyLogHead(bench.suite, document, sigPkOf(bench));
  assert(head.ok);
  const { seq, head: h, generation, nonce } = head.value;
  assert.deepEqual({ seq, h, generation, nonce }, { seq: end.lastSeq, h: end.head, generation: 0, nonce: NONCE });
});

test("past the end there is nothing, and that is no mistake", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const { seq } = session.done({ name: "status" });
  assert.deepEqual(session.done({ name: "readLog", fromSeq: seq + 1, max: 20 }), {
    firstSeq: seq + 1,
    records: new Uint8Array(),
  });
});

test("a generation that is not there gets 25; the current one may be named", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  assert.equal(session.reason({ name: "readLog", fromSeq: 1, max: 1, generation: 1 }), Reason.notFound);
  assert.equal(session.reason({ name: "logHead", nonce: NONCE, generation: 1 }), Reason.notFound);
  session.done({ name: "readLog", fromSeq: 1, max: 1, generation: 0 });
});

test("a receipt of the issuer's lets the lock forget; any other changes nothing", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  const { seq, head } = session.done({ name: "status" });
  const ack = (receipt: Partial<Receipt> & { key?: Secret }) =>
    session.reason({ name: "ackLog", receipt: receiptFor(bench, receipt) });
  const image = bench.flash.image();
  assert.equal(ack({ seq, head, key: bench.site.newKey() }), Reason.unknownKey);
  assert.equal(ack({ seq, head, lockId: TestSite.id(9) }), Reason.wrongLock);
  assert.equal(ack({ seq: seq + 1, head }), Reason.notFound);
  assert.equal(ack({ seq: 0, head }), Reason.notFound);
  assert.equal(ack({ seq, head, generation: 1 }), Reason.notFound);
  assert.equal(ack({ seq: seq - 1, head }), Reason.digestMismatch);
  const spoilt = receiptFor(bench, { seq, head });
  spoilt[spoilt.length - 1]! ^= 1;
  assert.equal(session.reason({ name: "ackLog", receipt: spoilt }), Reason.signature);
  assert.equal(session.reason({ name: "ackLog", receipt: spoilt.subarray(1) }), Reason.malformed);
  assert.deepEqual(bench.flash.image(), image);
  const { store } = bench.lock.firmware!.inside;
  assert.equal(store.acknowledged(0), 0);
  assert.equal(ack({ seq, head }), Reason.done);
  assert.equal(store.acknowledged(0), seq);
});
