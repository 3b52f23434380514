import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { KeptInMemory } from "./kept.ts";
import { EmulatedRtc, type RtcSetting } from "./rtc.ts";

test("a clock that was never set is stopped at 0", () => {
  const rtc = new EmulatedRtc(new VirtualClock(), new KeptInMemory());
  assert.equal(rtc.stopped(), true);
  assert.equal(rtc.seconds(), 0);
});

test("a clock that was set runs on, whatever the machine's wall clock does", () => {
  const clock = new VirtualClock();
  const rtc = new EmulatedRtc(clock, new KeptInMemory());
  rtc.set(1_000_000);
  clock.stepWall(-3_600_000);
  clock.advance(90_500);
  assert.equal(rtc.stopped(), false);
  assert.equal(rtc.seconds(), 1_000_090);
});

test("it runs on while the emulator does not", () => {
  const clock = new VirtualClock();
  const kept = new KeptInMemory<RtcSetting>();
  new EmulatedRtc(clock, kept).set(1_000_000);
  clock.advance(7_200_000);
  assert.equal(new EmulatedRtc(clock, kept).seconds(), 1_007_200);
});

test("a machine whose wall clock went back does not turn it back", () => {
  const clock = new VirtualClock();
  const kept = new KeptInMemory<RtcSetting>();
  new EmulatedRtc(clock, kept).set(1_000_000);
  clock.stepWall(-1e9);
  assert.equal(new EmulatedRtc(clock, kept).seconds(), 1_000_000);
});

test("a clock that lost its cell is stopped until it is set, after a restart too", () => {
  const clock = new VirtualClock();
  const kept = new KeptInMemory<RtcSetting>();
  const rtc = new EmulatedRtc(clock, kept);
  rtc.set(1_000_000);
  rtc.lose();
  assert.equal(rtc.stopped(), true);
  const again = new EmulatedRtc(clock, kept);
  assert.equal(again.stopped(), true);
  again.set(5);
  assert.equal(again.seconds(), 5);
});
