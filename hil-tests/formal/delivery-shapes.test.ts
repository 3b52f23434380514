import { test } from "node:test";
import { type DeliveryTrouble, DeliveryWorld } from "./delivery-world.ts";
import { depth, playing, shapes } from "./shapes.ts";

const DEPTH = depth(1);

const TROUBLES: readonly DeliveryTrouble[] = [
  ...(["lost", "receipt-lost", "lies"] as const).map((fate) => ({ kind: "upload", fate }) as const),
  ...(["upload", "receipt"] as const).map((at) => ({ kind: "kill", at }) as const),
  ...[1, 2, 3, 4, 5].map((frame) => ({ kind: "kill-at-frame", frame }) as const),
  ...[1, 2, 3].map((operation) => ({ kind: "cut", operation }) as const),
  { kind: "put-back" },
];

test(`whatever ${DEPTH} troubles come on a record's way, every record reaches the backend once and in order`, async (t) => {
  const world = await DeliveryWorld.paired(t);
  const troubles = TROUBLES.map((trouble) => [trouble]);
  for (const shape of shapes(troubles, DEPTH)) {
    await playing(shape, async () => {
      for (const trouble of shape) await world.take(trouble);
      await world.expectDelivered();
    });
  }
});
