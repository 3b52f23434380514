import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import { readO2, startOpen } from "../../protocol/session/open.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { countCrypto } from "../energy/count-crypto.ts";
import { BenchLock, errOf, type Paired } from "./testing/bench-lock.ts";
import { TestSession } from "./testing/test-session.ts";

/** O1 at this very moment. */
function o1Of(bench: BenchLock, { slot, pmk }: Paired): Uint8Array {
  return startOpen(bench.suite, bench.random, slot, pmk).o1;
}

function isO2(frame: Uint8Array | undefined): boolean {
  return frame?.[0] === 0x16;
}

test("a stranger's O1 gets silence and costs no point multiplication", () => {
  const { suite, counts } = countCrypto(opensslSuite);
  const bench = new BenchLock({ lockSuite: suite });
  const { slot } = bench.pair();
  const before = counts();
  const image = bench.flash.image();
  const line = bench.line();
  for (let i = 0; i < 20; i++) {
    assert.equal(line.send(o1Of(bench, { slot, pmk: new Secret(bench.random.bytes(32)) })), undefined);
  }
  assert.deepEqual(counts(), before);
  assert.deepEqual(bench.flash.image(), image);
});

test("an O1 with a wrong mac ends the session of its connection", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  const { session } = bench.open(paired);
  session.done({ name: "status" });
  session.line.send(o1Of(bench, { ...paired, pmk: new Secret(new Uint8Array(32)) }));
  assert.equal(errOf(session.line.send(session.seal(Uint8Array.of(0x81, 0x01)))), Err.noSession);
});

test("an O1 for a slot that is empty, or no slot, gets ERR 3", () => {
  const bench = new BenchLock();
  const { pmk } = bench.pair();
  for (const slot of [1, 3, 4, 255]) assert.equal(errOf(bench.line().send(o1Of(bench, { slot, pmk }))), Err.noSuchSlot);
});

test("identical O1 bytes get the same O2 without another point multiplication", () => {
  const { suite, counts } = countCrypto(opensslSuite);
  const bench = new BenchLock({ lockSuite: suite });
  const paired = bench.pair();
  const line = bench.line();
  const o1 = o1Of(bench, paired);
  const o2 = line.send(o1);
  const before = counts();
  assert.deepEqual(line.send(o1), o2);
  assert.deepEqual(counts(), before);
});

test("a slot spends one DH in 250 ms, over all connections; more get ERR 2", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  assert(isO2(bench.line().send(o1Of(bench, paired))));
  bench.clock.advance(249);
  assert.equal(errOf(bench.line().send(o1Of(bench, paired))), Err.busy);
  bench.clock.advance(1);
  assert(isO2(bench.line().send(o1Of(bench, paired))));
});

test("after three O1 without a C that verifies a connection gets one a second; a C ends that", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  const line = bench.line();
  for (let i = 0; i < 3; i++) {
    assert(isO2(line.send(o1Of(bench, paired))));
    bench.clock.advance(250);
  }
  assert.equal(errOf(line.send(o1Of(bench, paired))), Err.busy);
  bench.clock.advance(749);
  assert.equal(errOf(line.send(o1Of(bench, paired))), Err.busy);
  bench.clock.advance(1);
  const { state, o1 } = startOpen(bench.suite, bench.random, paired.slot, paired.pmk);
  const { channel, caps } = readO2(bench.suite, state, line.send(o1)!);
  new TestSession(bench.suite, line, channel, caps.challenge).done({ name: "status" });
  bench.clock.advance(250);
  assert(isO2(line.send(o1Of(bench, paired))));
});

test("an O1 with a good mac and a bad point gets silence", () => {
  const bench = new BenchLock();
  const { slot, pmk } = bench.pair();
  const o1 = Uint8Array.of(0x15, slot, 0x05, ...new Uint8Array(32));
  const key = bench.suite.hkdfExpand(pmk, new TextEncoder().encode("LK1 open mac"), 32);
  const mac = bench.suite.hmacSha256(key, o1).slice(0, 8);
  assert.equal(bench.line().send(Uint8Array.of(...o1, ...mac)), undefined);
});

test("one session per connection: another O1 that succeeds replaces it, on this connection alone", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  const first = bench.open(paired).session;
  first.done({ name: "status" });
  const elsewhere = bench.open(paired).session;
  elsewhere.done({ name: "status" });
  bench.open(paired, first.line).session.done({ name: "status" });
  assert.equal(errOf(first.line.send(first.seal(Uint8Array.of(0x81, 0x01)))), Err.noSession);
  elsewhere.done({ name: "status" });
});

test("a session is gone when its connection is, and when power was", () => {
  const bench = new BenchLock();
  const paired = bench.pair();
  const { session } = bench.open(paired);
  const c = session.seal(Uint8Array.of(0x81, 0x01));
  bench.reboot();
  assert.equal(errOf(bench.line().send(c)), Err.noSession);
});
