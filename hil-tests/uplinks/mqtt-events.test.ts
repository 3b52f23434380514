import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordType } from "../../protocol/log/record.ts";
import { findMosquitto } from "./mosquitto.ts";
import { MqttWorld } from "./testing/mqtt-world.ts";

const program = findMosquitto();
const options = program === undefined ? { skip: "skipped: mosquitto not found" } : { timeout: 60_000 };

test(
  "what happens at the locks is at the backend, each lock's in its order, and the locks may forget it",
  options,
  async (t) => {
    const world = await MqttWorld.start(t, program!, { locks: 3 });
    for (let i = 0; i < 100; i++) for (const lock of world.locks) lock.log({ type: RecordType.doorOpened });
    await world.untilAllArrived();
    await world.until("the receipts at the locks", () => world.locks.every((lock) => lock.ackedThrough === lock.seq));
  },
);

test(
  "a broker killed with -9 in the middle, which forgets what it has acknowledged, loses nothing",
  options,
  async (t) => {
    const world = await MqttWorld.start(t, program!, { locks: 3 });
    for (let kills = 0; kills < 3; kills++) {
      for (let i = 0; i < 60; i++) for (const lock of world.locks) lock.log({ type: RecordType.doorOpened });
      const { batches } = world.receiver!;
      await world.until("a batch", () => world.receiver!.batches > batches);
      await world.broker.kill();
      for (let turns = 0; turns < 100; turns++) await world.turn();
      await world.broker.restart();
    }
    await world.untilAllArrived();
  },
);

test("a backend that takes events and says nothing of them gets them again, and has each once", options, async (t) => {
  const world = await MqttWorld.start(t, program!);
  world.receiver!.isSilent = true;
  const [lock] = world.locks;
  lock!.log({ type: RecordType.doorOpened });
  await world.until("the event", () => world.store.lock(lock!.lockId)?.durableThrough(0) === lock!.seq);
  const { batches } = world.receiver!;
  await world.until("the event again", () => world.receiver!.batches > batches);
  assert.equal(lock!.ackedThrough < lock!.seq, true);
  world.receiver!.isSilent = false;
  await world.until("the receipt", () => lock!.ackedThrough === lock!.seq);
  await world.untilAllArrived();
});

test(
  "a backend that was away for long gets everything, and the broker is told to keep no copies for it",
  options,
  async (t) => {
    const world = await MqttWorld.start(t, program!, { locks: 2, hasBackend: false });
    for (let i = 0; i < 200; i++) for (const lock of world.locks) lock.log({ type: RecordType.doorOpened });
    await world.until("a trouble", () => world.gateway.services.uplink.status().state === "waiting");
    assert.match(world.gateway.services.uplink.status().sentence, /no backend listens there/);
    await world.startBackend();
    await world.untilAllArrived();
  },
);

test("a gateway that starts again goes on where the backend's receipts end", options, async (t) => {
  const world = await MqttWorld.start(t, program!);
  const [lock] = world.locks;
  for (let i = 0; i < 30; i++) lock!.log({ type: RecordType.doorOpened });
  await world.untilAllArrived();
  await world.stopGateway();
  for (let i = 0; i < 30; i++) lock!.log({ type: RecordType.doorClosed });
  world.startGateway();
  await world.untilAllArrived();
});

test("a broker that stands still is noticed by its silence, and nothing is lost", options, async (t) => {
  const world = await MqttWorld.start(t, program!, { config: { keepAliveSeconds: 1 } });
  const [lock] = world.locks;
  await world.untilAllArrived();
  world.broker.freeze();
  await world.untilWithoutTime("the silence", () => world.warnings.some((line) => line.includes("Keepalive timeout")));
  for (let i = 0; i < 30; i++) lock!.log({ type: RecordType.doorOpened });
  await world.until("the trouble", () => world.gateway.services.uplink.status().state === "waiting");
  world.broker.thaw();
  await world.untilAllArrived();
});

test("a broker that stops acknowledging in the middle is given up, and nothing is lost", options, async (t) => {
  const world = await MqttWorld.start(t, program!);
  const [lock] = world.locks;
  await world.untilAllArrived();
  world.broker.freeze();
  for (let i = 0; i < 30; i++) lock!.log({ type: RecordType.doorOpened });
  await world.until("the trouble", () => world.warnings.some((line) => line.includes("acknowledges nothing")));
  world.broker.thaw();
  await world.untilAllArrived();
});

test("a broker that takes no large messages gets smaller batches", options, async (t) => {
  const world = await MqttWorld.start(t, program!, { brokerLines: ["max_packet_size 2000"] });
  const [lock] = world.locks;
  for (let i = 0; i < 40; i++) lock!.log({ type: RecordType.doorOpened });
  await world.untilAllArrived();
});

test("alarms have a topic of their own, and come again in their order", options, async (t) => {
  const world = await MqttWorld.start(t, program!, { hasBackend: false });
  const [lock] = world.locks;
  for (let i = 0; i < 200; i++) lock!.log({ type: RecordType.doorOpened });
  const seq = lock!.log({ type: RecordType.doorForced });
  await world.startBackend();
  await world.until("the alarm", () => world.backend.alarms.length > 0);
  assert.match(JSON.stringify(world.backend.alarms), new RegExp(`${lock!.lockId}-0-${seq}`));
  await world.untilAllArrived();
});

test(
  "what a backend has lost itself it gets again, and a log head over its own nonce when it asks",
  options,
  async (t) => {
    const world = await MqttWorld.start(t, program!);
    const [lock] = world.locks;
    for (let i = 0; i < 50; i++) lock!.log({ type: RecordType.doorOpened });
    await world.untilAllArrived();
    world.backend.loseAfter({ lockId: lock!.lockId, generation: 0, seq: 10 });
    const nonce = world.backend.wantHead(lock!.lockId);
    await world.receiver!.tell("6761746577617931", world.backend.pending([lock!.lockId]));
    await world.untilAllArrived();
    await world.until("the head", () =>
      world.store
        .lock(lock!.lockId)!
        .askedHeads()
        .some((head) => head.nonce === nonce),
    );
  },
);
