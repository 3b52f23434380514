import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { type BoltPlace, EmulatedBolt } from "./bolt.ts";
import { KeptInMemory } from "./kept.ts";

const TRAVEL_MS = 400;

function newBolt() {
  const clock = new VirtualClock();
  const kept = new KeptInMemory<BoltPlace>();
  return { clock, kept, bolt: new EmulatedBolt(clock, kept, TRAVEL_MS) };
}

test("the bolt takes its time from one end stop to the other", () => {
  const { clock, bolt } = newBolt();
  assert.equal(bolt.position(), "thrown");
  bolt.drive("drawn");
  clock.advance(TRAVEL_MS - 1);
  assert.equal(bolt.position(), "between");
  clock.advance(1);
  assert.equal(bolt.position(), "drawn");
});

test("turned round half way it needs half the time back", () => {
  const { clock, bolt } = newBolt();
  bolt.drive("drawn");
  clock.advance(TRAVEL_MS / 2);
  bolt.drive("thrown");
  clock.advance(TRAVEL_MS / 2);
  assert.equal(bolt.position(), "thrown");
});

test("stopped on its way it stays there, after a restart too", () => {
  const { clock, kept, bolt } = newBolt();
  bolt.drive("drawn");
  clock.advance(100);
  bolt.stop();
  clock.advance(10_000);
  assert.equal(bolt.position(), "between");
  assert.equal(new EmulatedBolt(clock, kept).position(), "between");
});

test("an emulator killed while the motor runs leaves the bolt on its way, one killed later at the end stop", () => {
  const { clock, kept, bolt } = newBolt();
  bolt.drive("drawn");
  assert.equal(new EmulatedBolt(clock, kept).position(), "between");
  clock.advance(TRAVEL_MS);
  assert.equal(new EmulatedBolt(clock, kept).position(), "drawn");
});

test("jammed, the motor turns and the bolt stays where it is", () => {
  const { clock, bolt } = newBolt();
  bolt.drive("drawn");
  clock.advance(100);
  bolt.jam(true);
  clock.advance(10_000);
  assert.equal(bolt.position(), "between");
  bolt.jam(false);
  clock.advance(TRAVEL_MS);
  assert.equal(bolt.position(), "drawn");
});

test("the thumb-turn works although the motor is jammed", () => {
  const { bolt } = newBolt();
  bolt.jam(true);
  bolt.turnByHand("drawn");
  assert.equal(bolt.position(), "drawn");
});
