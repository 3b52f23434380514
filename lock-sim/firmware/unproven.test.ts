import assert from "node:assert/strict";
import { test } from "node:test";
import { Right } from "../../protocol/documents/grant.ts";
import { Action } from "../../protocol/documents/order.ts";
import { BenchLock, type Opened, type Paired } from "./testing/bench-lock.ts";
import { TestSite } from "./testing/test-site.ts";

const CARRIED_ID = TestSite.id(0x22);

function furnished(): { bench: BenchLock; gateway: Opened & { paired: Paired } } {
  const bench = new BenchLock();
  return { bench, gateway: bench.furnish() };
}

test("a BLE connection on which nothing verifies is ended after 5 s, one on a wire is kept", () => {
  const { bench } = furnished();
  const [air, wire] = [bench.line("ble"), bench.line()];
  bench.clock.advance(4_999);
  assert.equal(air.isClosed, false);
  bench.clock.advance(1);
  assert.equal(air.isClosed, true);
  bench.clock.advance(60_000);
  assert.equal(wire.isClosed, false);
});

test("noise, and an O1 that is no gateway's, buy a stranger no time", () => {
  const { bench, gateway } = furnished();
  const line = bench.line("ble");
  const { o1 } = bench.startOpen(gateway.paired);
  line.send(o1.with(o1.length - 1, o1.at(-1)! ^ 1));
  bench.clock.advance(2_000);
  line.send(Uint8Array.of(0x00));
  bench.clock.advance(2_000);
  assert.equal(line.isClosed, true);
});

test("an O1 that was heard before and is played back keeps the connection no longer than 5 s", () => {
  const { bench, gateway } = furnished();
  const { o1 } = bench.startOpen(gateway.paired);
  const line = bench.line("ble");
  for (let second = 0; second < 6; second++) {
    line.send(o1);
    bench.clock.advance(1_000);
  }
  assert.equal(line.isClosed, true);
});

test("a gateway keeps its connection as long as it talks", () => {
  const { bench, gateway } = furnished();
  const line = bench.line("ble");
  const { session } = bench.open(gateway.paired, line);
  for (let turn = 0; turn < 5; turn++) {
    session.done({ name: "status" });
    bench.clock.advance(4_000);
  }
  assert.equal(line.isClosed, false);
  bench.clock.advance(1_000);
  assert.equal(line.isClosed, true);
});

test("RESUME proves a gateway too; the same S1 again does not", () => {
  const { bench, gateway } = furnished();
  const n = gateway.caps.n + 1;
  const { s1 } = bench.startResume(gateway.paired, n, gateway.rms, { name: "status" });
  const line = bench.line("ble");
  bench.clock.advance(4_000);
  assert(line.send(s1));
  bench.clock.advance(4_000);
  assert.equal(line.isClosed, false);
  line.hangUp();
  const replay = bench.line("ble");
  bench.clock.advance(4_000);
  assert(replay.send(s1));
  bench.clock.advance(1_000);
  assert.equal(replay.isClosed, true);
});

test("a bearer's refused order keeps it no connection, an accepted one does for 5 s more", () => {
  const { bench } = furnished();
  const grant = bench.site.grant(bench.now, CARRIED_ID, { rights: Right.unlock });
  const line = bench.line("ble");
  const session = bench.pass(line);
  session.done(bench.act(session, { grant, grantId: CARRIED_ID }));
  bench.clock.advance(3_000);
  session.reason(bench.act(session, { grant, grantId: CARRIED_ID, action: Action.lock }));
  bench.clock.advance(1_000);
  assert.equal(line.isClosed, false);
  bench.clock.advance(2_000);
  assert.equal(line.isClosed, true);
});

test("a courier's errand goes on as long as its commands come", () => {
  const { bench } = furnished();
  const grant = bench.site.grant(bench.now, CARRIED_ID, { rights: Right.courier });
  const line = bench.line("ble");
  const session = bench.pass(line);
  session.done(bench.act(session, { grant, grantId: CARRIED_ID, action: Action.courier }));
  for (let turn = 0; turn < 4; turn++) {
    bench.clock.advance(4_000);
    session.done({ name: "readLog", fromSeq: 1, max: 1 });
  }
  assert.equal(line.isClosed, false);
});
