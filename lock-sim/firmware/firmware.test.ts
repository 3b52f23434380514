import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../crypto/noble.ts";
import { Action } from "../../protocol/documents/order.ts";
import { BenchLock } from "./testing/bench-lock.ts";

test("a lock on noble and a site on OpenSSL understand each other from pairing to resume", () => {
  const bench = new BenchLock({ lockSuite: nobleSuite });
  const { paired, rms, session } = bench.furnish();
  session.done(bench.act(session));
  const { response } = bench.resume(paired, 1, rms, bench.act(session, { action: Action.lock }));
  assert(response.ok);
  assert.equal(bench.boltPosition, "thrown");
  session.done({ name: "time", token: bench.site.timeToken(bench.now, response.value.challenge) });
  bench.pass();
});

test("a lock without power answers nothing, and goes on when it has it again", () => {
  const bench = new BenchLock();
  const { paired, session } = bench.furnish();
  bench.lock.powerOff();
  assert.equal(session.line.send(session.sealed({ name: "status" })), undefined);
  bench.lock.powerOn();
  assert.equal(bench.open(paired).caps.epoch, 1);
});

test("there is room for 32 connections; one more is closed", () => {
  const bench = new BenchLock();
  const lines = Array.from({ length: 33 }, () => bench.line());
  assert.deepEqual(
    lines.map(({ isClosed }) => isClosed),
    [...Array(32).fill(false), true],
  );
  lines[0]!.hangUp();
  assert.equal(bench.line().isClosed, false);
});

test("IDENTIFY shows itself to people", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  session.done({ name: "identify" });
  assert.equal(bench.lock.hardware.signals.last, "identify");
});

test("a lock left alone wakes up for its sensors and writes nothing", () => {
  const bench = new BenchLock();
  bench.furnish();
  const image = bench.flash.image();
  bench.clock.advance(3_600_000);
  assert.deepEqual(bench.flash.image(), image);
});
