import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { UplinkError } from "../uplink.ts";
import { Receipts } from "./receipts.ts";
import { SeenIds } from "./seen-ids.ts";
import { Slots } from "./slots.ts";

const ID = new Uint8Array([1]);
const late = () => new UplinkError("unreachable", "late");

test("a receipt goes to the batch whose correlation data it carries, once", async () => {
  const receipts = new Receipts(new VirtualClock());
  const answer = receipts.expect(ID, 1000, late);
  assert.equal(receipts.arrived(new Uint8Array([2]), {}), false);
  assert.equal(receipts.arrived(undefined, {}), false);
  assert.equal(receipts.arrived(ID, { durableThrough: [] }), true);
  assert.deepEqual(await answer, { durableThrough: [] });
  assert.equal(receipts.arrived(ID, {}), false);
});

test("a receipt that does not come in time, or can not come any more, is given up", async () => {
  const clock = new VirtualClock();
  const receipts = new Receipts(clock);
  const given = assert.rejects(receipts.expect(ID, 1000, late), /late/);
  clock.advance(1000);
  await given;
  const gone = assert.rejects(receipts.expect(ID, 1000, late), /gone/);
  receipts.failAll(new UplinkError("unreachable", "gone"));
  await gone;
});

test("slots are lent in order, and no more than there are", async () => {
  const slots = new Slots(1);
  const order: number[] = [];
  const giveBack = await slots.take();
  const others = [1, 2].map(async (number) => {
    const back = await slots.take();
    order.push(number);
    return back;
  });
  await Promise.resolve();
  assert.deepEqual(order, []);
  giveBack();
  (await others[0]!)();
  await others[1];
  assert.deepEqual(order, [1, 2]);
});

test("ids are forgotten when they are too old, and never before", () => {
  const clock = new VirtualClock();
  const ids = new SeenIds(clock, { forMs: 1000, idsMax: 2 });
  assert.deepEqual([ids.take("a"), ids.take("a"), ids.take("b"), ids.take("c")], ["new", "duplicate", "new", "full"]);
  clock.advance(999);
  assert.equal(ids.take("a"), "duplicate");
  clock.advance(1);
  assert.deepEqual([ids.take("a"), ids.take("c"), ids.take("b")], ["new", "new", "full"]);
});
