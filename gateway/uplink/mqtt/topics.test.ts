import assert from "node:assert/strict";
import { test } from "node:test";
import { Topics } from "./topics.ts";

const LOCK = "00112233445566aa";
const topics = new Topics("stair-4", "6761746577617931");

test("every topic says whose it is", () => {
  assert.deepEqual(
    [topics.events(LOCK), topics.alarms(LOCK), topics.lockState(LOCK), topics.gatewayState, topics.receipts],
    [
      `portvakt/stair-4/locks/${LOCK}/events`,
      `portvakt/stair-4/locks/${LOCK}/alarms`,
      `portvakt/stair-4/locks/${LOCK}/state`,
      "portvakt/stair-4/gateways/6761746577617931/state",
      "portvakt/stair-4/gateways/6761746577617931/receipts",
    ],
  );
});

test("a topic of ours is read for what it carries, and nothing else is", () => {
  assert.deepEqual(topics.parse(topics.commands(LOCK)), { kind: "commands", lockId: LOCK });
  assert.deepEqual(topics.parse(`portvakt/stair-4/locks/${LOCK}/orders`), { kind: "orders", lockId: LOCK });
  assert.deepEqual(topics.parse(topics.lockState(LOCK)), { kind: "state", lockId: LOCK });
  assert.deepEqual(topics.parse(topics.receipts), { kind: "receipts" });
  assert.deepEqual(topics.parse(topics.answers), { kind: "answers" });
  for (const topic of [
    "",
    topics.events(LOCK),
    `portvakt/stair-5/locks/${LOCK}/orders`,
    `portvakt/stair-4/locks/${LOCK.toUpperCase()}/orders`,
    `portvakt/stair-4/locks/${LOCK}/orders/x`,
    "portvakt/stair-4/locks/00/orders",
  ]) {
    assert.equal(topics.parse(topic), undefined, topic);
  }
});

test("an outcome goes below the site's replies alone", () => {
  assert.ok(topics.isReplyTopic("portvakt/stair-4/replies/desk/7"));
  for (const topic of [
    "portvakt/stair-4/replies",
    topics.commands(LOCK),
    "portvakt/stair-5/replies/desk",
    "portvakt/stair-4/replies/#",
    "portvakt/stair-4/replies/+/x",
    "portvakt/stair-4/replies/\u0000",
    `portvakt/stair-4/replies/${"x".repeat(200)}`,
  ]) {
    assert.ok(!topics.isReplyTopic(topic), topic);
  }
});
