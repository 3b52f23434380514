import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { EmulatedBolt } from "./bolt.ts";
import { KeptInMemory } from "./kept.ts";
import { EmulatedThumbTurn } from "./thumb-turn.ts";

test("a hand moves the bolt at once, jammed or not, and is told of once", () => {
  const bolt = new EmulatedBolt(new VirtualClock(), new KeptInMemory());
  const thumbTurn = new EmulatedThumbTurn(bolt);
  bolt.jam(true);
  thumbTurn.turn("drawn");
  assert.equal(bolt.position(), "drawn");
  assert.equal(thumbTurn.take(), "drawn");
  assert.equal(thumbTurn.take(), undefined);
});

test("a motor that nobody stops goes on from where the hand left the bolt", () => {
  const clock = new VirtualClock();
  const bolt = new EmulatedBolt(clock, new KeptInMemory(), 400);
  bolt.drive("drawn");
  clock.advance(200);
  new EmulatedThumbTurn(bolt).turn("thrown");
  assert.equal(bolt.position(), "thrown");
  clock.advance(400);
  assert.equal(bolt.position(), "drawn");
});
