import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { Medium, type Station } from "../air/medium.ts";
import { fastModel } from "../air/model.ts";
import { AdvertisingChannels } from "./advertising-channels.ts";

/** What the station in the origin hears of two that send 31 bytes each, the second so much later. */
function heard(metres: [first: number, second: number], secondAfterMs: number, collide = true): number[] {
  const clock = new VirtualClock();
  const model = { ...fastModel, advertisementsCollide: collide };
  const channels = new AdvertisingChannels(new Medium(clock, new SeededRandom(1), model));
  const from: Station[] = [];
  channels.listen({
    station: { place: { x: 0, y: 0 }, packetLoss: 0 },
    listensOnMhz: () => 2402,
    hear: (advertisement) => from.push(advertisement.from),
  });
  const senders = metres.map((x): Station => ({ place: { x, y: 0 }, packetLoss: 0 }));
  senders.forEach((sender, n) => {
    clock.schedule(n * secondAfterMs, () =>
      channels.send({
        from: sender,
        device: { address: new Uint8Array(6), addressType: 0 },
        kind: "non-connectable",
        data: new Uint8Array(31),
        scanResponse: new Uint8Array(),
        accept: () => undefined,
      }),
    );
  });
  clock.advance(10);
  return from.map((station) => senders.indexOf(station));
}

test("two advertisements that overlap spoil each other", () => {
  assert.deepEqual(heard([1, 1], 0), []);
  assert.deepEqual(heard([1, 1], 0.3), []);
});

test("one after the other both are heard", () => {
  assert.deepEqual(heard([1, 1], 0.4), [0, 1]);
});

test("the one that is 6 dB stronger is heard all the same, be it the first or the second", () => {
  assert.deepEqual(heard([1, 1.9], 0.1), []);
  assert.deepEqual(heard([1, 2.1], 0.1), [0]);
  assert.deepEqual(heard([2.1, 1], 0.1), [1]);
});

test("a model without collisions lets both be heard", () => {
  assert.deepEqual(heard([1, 1], 0, false), [0, 1]);
});
