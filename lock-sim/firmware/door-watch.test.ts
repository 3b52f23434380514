import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordType } from "../../protocol/log/record.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import { BenchLock } from "./testing/bench-lock.ts";

test("a door that opens behind a thrown bolt was forced", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  bench.lock.setDoor(true);
  bench.clock.advance(1000);
  assert.equal(bench.log(session).at(-1)?.type, RecordType.doorForced);
  assert.equal(session.done({ name: "status" }).flags & Flag.doorOpen, Flag.doorOpen);
});

test("a door that stays open is reported once, after as long as the roster says", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  session.done(bench.act(session));
  bench.lock.setDoor(true);
  bench.clock.advance(59_000);
  assert.equal(bench.log(session).at(-1)?.type, RecordType.doorOpened);
  bench.clock.advance(120_000);
  assert.equal(bench.log(session).at(-1)?.type, RecordType.doorLeftOpen);
  assert.equal(bench.lock.hardware.signals.last, "ajar");
  bench.lock.setDoor(false);
  assert.equal(bench.log(session).at(-1)?.type, RecordType.doorClosed);
});
