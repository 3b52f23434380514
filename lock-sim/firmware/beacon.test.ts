import assert from "node:assert/strict";
import { test } from "node:test";
import { BeaconFlag } from "../../protocol/wire/beacon.ts";
import { BenchLock } from "./testing/bench-lock.ts";

const flags = ({ lock }: BenchLock) => lock.firmware!.beaconFlags;

test("pairing mode is advertised as long as it lasts", () => {
  const bench = new BenchLock();
  bench.lock.pressPairingButton();
  assert(flags(bench) & BeaconFlag.pairingMode);
  bench.clock.advance(120_000);
  assert.equal(flags(bench) & BeaconFlag.pairingMode, 0);
});

test("events wait until somebody has read the log to its end, and again after the next one", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  assert(flags(bench) & BeaconFlag.eventsWaiting);
  session.done({ name: "readLog", fromSeq: 1, max: 1 });
  assert(flags(bench) & BeaconFlag.eventsWaiting);
  bench.log(session);
  assert.equal(flags(bench) & BeaconFlag.eventsWaiting, 0);
  bench.lock.setDoor(true);
  assert(flags(bench) & BeaconFlag.eventsWaiting);
});

test("asking for what lies past the end reads nothing", () => {
  const bench = new BenchLock();
  const { session } = bench.furnish();
  session.done({ name: "readLog", fromSeq: 1_000, max: 20 });
  assert(flags(bench) & BeaconFlag.eventsWaiting);
});

test("a boot is an event that waits", () => {
  const bench = new BenchLock();
  bench.log(bench.furnish().session);
  bench.reboot();
  assert(flags(bench) & BeaconFlag.eventsWaiting);
});

test("a lock that lost the time, or sticks, asks for attention", () => {
  const bench = new BenchLock();
  bench.furnish();
  assert.equal(flags(bench) & BeaconFlag.attention, 0);
  bench.lock.setCase(true);
  assert(flags(bench) & BeaconFlag.attention);
  bench.lock.setCase(false);
  bench.lock.hardware.rtc.lose();
  assert(flags(bench) & BeaconFlag.attention);
});
