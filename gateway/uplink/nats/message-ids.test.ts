import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { toCloudEvent } from "../cloud-event.ts";
import { MessageIds } from "./message-ids.ts";

const event = (seq: number) =>
  toCloudEvent({
    cursor: seq,
    lockId: "00112233445566aa",
    generation: 0,
    seq,
    kind: "record",
    payload: new Uint8Array(48),
    receivedAtMs: 0,
  });

test("a copy of a batch keeps its id until one is acknowledged, so that the stream gets it once", () => {
  const ids = new MessageIds(new SeededRandom(1));
  const batch = [event(1), event(2)];
  const id = ids.of(batch, "ordinary");
  assert.match(id, /^00112233445566aa-0-2\.[0-9a-f]{16}$/);
  assert.equal(ids.of(batch, "ordinary"), id);
  ids.acknowledged(batch, "ordinary");
  assert.notEqual(ids.of(batch, "ordinary"), id);
});

test("another batch that ends alike, and the other lane, have ids of their own", () => {
  const ids = new MessageIds(new SeededRandom(1));
  const id = ids.of([event(1), event(2)], "ordinary");
  assert.notEqual(ids.of([event(2)], "alarm"), id);
  assert.equal(ids.of([event(1), event(2)], "ordinary"), id);
  assert.notEqual(ids.of([event(2)], "ordinary"), id);
});
